namespace BackupEngine.Chunkstore.Repositories;

/// <summary>What is fixed when a repository is created.</summary>
public sealed record RepositoryOptions
{
    /// <summary>The default chunk size, 64 KiB.</summary>
    public const int DefaultChunkSizeBytes = 64 * 1024;

    /// <summary>Chunk size: a power of two from 4 KiB to 4 MiB.</summary>
    public int ChunkSizeBytes { get; init; } = DefaultChunkSizeBytes;
}
