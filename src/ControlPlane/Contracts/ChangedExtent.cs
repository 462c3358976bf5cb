namespace BackupEngine.ControlPlane.Contracts;

/// <summary>A byte range on a volume.</summary>
public sealed record ChangedExtent
{
    /// <summary>First byte.</summary>
    public required long OffsetBytes { get; init; }

    /// <summary>Number of bytes.</summary>
    public required long LengthBytes { get; init; }
}
