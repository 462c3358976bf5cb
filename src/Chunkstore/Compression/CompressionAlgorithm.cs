namespace BackupEngine.Chunkstore.Compression;

/// <summary>How new chunks are compressed. What is already stored keeps its form.</summary>
public enum CompressionAlgorithm
{
    /// <summary>Stored as they are.</summary>
    None = 0,

    /// <summary>LZ4 block format; a chunk that would not become smaller is stored as it is.</summary>
    Lz4 = 1,
}
