using BackupEngine.Chunkstore.Encryption;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>What is fixed when a repository is created.</summary>
public sealed record RepositoryOptions
{
    /// <summary>The default chunk size, 64 KiB.</summary>
    public const int DefaultChunkSizeBytes = 64 * 1024;

    /// <summary>What the first key slot is opened by; null: the repository is not encrypted.</summary>
    public RepositorySecret? Secret { get; init; }

    /// <summary>How the first key slot is made.</summary>
    public KeySlotOptions KeySlot { get; init; } = new();

    /// <summary>
    /// A repository whose chunk ids the new one is to share, so that copies between them compare ids alone; null: ids
    /// of its own. Neither may be encrypted, and the chunk size is the same.
    /// </summary>
    public Repository? Like { get; init; }

    /// <summary>Chunk size: a power of two from 4 KiB to 4 MiB.</summary>
    public int ChunkSizeBytes { get; init; } = DefaultChunkSizeBytes;
}
