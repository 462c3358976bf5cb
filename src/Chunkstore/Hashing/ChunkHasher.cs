namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Names chunks: BLAKE3 keyed with the repository's id key. Safe to use from many threads.</summary>
public sealed class ChunkHasher
{
    private readonly byte[] _key;

    /// <summary>Creates a hasher over a 32-byte key, which is copied.</summary>
    public ChunkHasher(ReadOnlySpan<byte> key) => _key = key.Length == 32
        ? key.ToArray()
        : throw new ArgumentException($"An id key has 32 bytes, not {key.Length}.", nameof(key));

    /// <summary>The id of a chunk.</summary>
    public ChunkId Hash(ReadOnlySpan<byte> plain)
    {
        Span<byte> output = stackalloc byte[ChunkId.SizeBytes];
        Blake3.HashKeyed(_key, plain, output);
        return new ChunkId(output);
    }
}
