namespace BackupEngine.Chunkstore.Verification;

/// <summary>A backup of which a part cannot be restored.</summary>
public sealed record HarmedBackup
{
    /// <summary>The backup.</summary>
    public required string BackupId { get; init; }

    /// <summary>The volume; empty where the manifest cannot be read.</summary>
    public string VolumeId { get; init; } = "";

    /// <summary>What of the volume is lost, in order; empty where the manifest cannot be read: all of it.</summary>
    public required IReadOnlyList<Extent> Ranges { get; init; }

    /// <summary>Bytes of the ranges.</summary>
    public long LostBytes => Ranges.Sum(range => range.LengthBytes);
}
