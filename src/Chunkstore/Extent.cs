namespace BackupEngine.Chunkstore;

/// <summary>A byte range on a volume.</summary>
/// <param name="OffsetBytes">First byte.</param>
/// <param name="LengthBytes">Number of bytes.</param>
public readonly record struct Extent(long OffsetBytes, long LengthBytes)
{
    /// <summary>The byte after the last.</summary>
    public long EndBytes => OffsetBytes + LengthBytes;
}
