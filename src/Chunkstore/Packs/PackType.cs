namespace BackupEngine.Chunkstore.Packs;

/// <summary>What a pack holds. The numbers are in the format.</summary>
internal enum PackType : byte
{
    /// <summary>Chunks of volumes.</summary>
    Data = 1,

    /// <summary>Nodes of manifest trees.</summary>
    Metadata = 2,
}
