using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Collection.Marking;

/// <summary>How much of a pack is in use.</summary>
internal sealed class PackUse
{
    public required PackType Type { get; init; }

    /// <summary>Length of its file in bytes.</summary>
    public required long LengthBytes { get; init; }

    /// <summary>Bytes of records that some root needs, from this pack.</summary>
    public long LiveBytes { get; set; }

    /// <summary>The number of those records.</summary>
    public long LiveRecords { get; set; }

    public bool IsDead => LiveRecords == 0;
}
