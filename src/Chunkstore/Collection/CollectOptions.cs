namespace BackupEngine.Chunkstore.Collection;

/// <summary>How a repository is collected.</summary>
public sealed record CollectOptions
{
    /// <summary>Only says what would be done.</summary>
    public bool DryRun { get; init; }

    /// <summary>
    /// Packs of which less than this share is in use, in percent of their bytes, are copied forward and deleted; 0 =
    /// only packs without anything in use are deleted.
    /// </summary>
    public int ThresholdPercent { get; init; } = 50;

    /// <summary>Records that are put in order at once, to be copied, unless memory is short.</summary>
    public const int UsualCopyRecords = 1024 * 1024;

    /// <summary>Records that are put in order at once, to be copied; with fewer the index is gone through more often.
    /// </summary>
    public int CopyRecords { get; init; } = UsualCopyRecords;

    /// <summary>
    /// How long a backup that does not answer is waited for before it is ended, by this process's own stopwatch. It
    /// decides only who is ended, and not whether that is safe.
    /// </summary>
    public TimeSpan FenceAfter { get; init; } = TimeSpan.FromMinutes(10);

    /// <summary>
    /// Age after which what an interrupted backup has stored is no longer kept for its resumption.
    /// </summary>
    public TimeSpan CheckpointAge { get; init; } = TimeSpan.FromDays(7);
}
