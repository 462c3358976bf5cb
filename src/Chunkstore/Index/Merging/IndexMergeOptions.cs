namespace BackupEngine.Chunkstore.Index.Merging;

/// <summary>How much is merged.</summary>
public sealed record IndexMergeOptions
{
    /// <summary>
    /// After a backup: a merge of more entries (2 GiB of segments) waits for garbage collection or an operator.
    /// </summary>
    public static IndexMergeOptions AfterBackup { get; } = new() { MaximumEntries = 64L * 1024 * 1024 };

    /// <summary>Entries that may be merged at once.</summary>
    public long MaximumEntries { get; init; } = long.MaxValue;
}
