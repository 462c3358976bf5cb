namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Names chunks: BLAKE3 keyed with the repository's id key. Safe to use from many threads.</summary>
public sealed class ChunkHasher
{
    private const int ChunksAtOnce = 64;

    private readonly byte[] _key;

    /// <summary>Creates a hasher over a 32-byte key, which is copied.</summary>
    public ChunkHasher(ReadOnlySpan<byte> key) => _key = key.Length == 32
        ? key.ToArray()
        : throw new ArgumentException($"An id key has 32 bytes, not {key.Length}.", nameof(key));

    /// <summary>
    /// Has the kernel of this processor compiled, which takes longer than all else that is compiled: for whoever has a
    /// core to spare before the first chunk comes.
    /// </summary>
    public static void Prepare()
    {
        var chunks = new byte[2 * Blake3Constants.LeafBytes * 16];
        var hasher = new ChunkHasher(new byte[32]);
        hasher.HashMany(chunks, new ChunkId[2]);
        hasher.Hash(chunks);
    }

    /// <summary>The id of a chunk.</summary>
    public ChunkId Hash(ReadOnlySpan<byte> plain)
    {
        Span<byte> output = stackalloc byte[ChunkId.SizeBytes];
        Blake3.HashKeyed(_key, plain, output);
        return new ChunkId(output);
    }

    /// <summary>The ids of chunks that lie side by side: the same as one by one, and sooner.</summary>
    /// <param name="chunks">The chunks, all of one length.</param>
    /// <param name="ids">Receives an id for each.</param>
    /// <exception cref="ArgumentException">The bytes are not so many chunks of one length.</exception>
    public void HashMany(ReadOnlySpan<byte> chunks, Span<ChunkId> ids)
    {
        if (ids.IsEmpty || chunks.Length % ids.Length != 0)
        {
            throw new ArgumentException($"{chunks.Length} bytes are not {ids.Length} chunks.", nameof(chunks));
        }

        var chunkBytes = chunks.Length / ids.Length;
        if (Blake3Many.Fits(chunkBytes) && ids.Length > 1)
        {
            HashTogether(chunks, chunkBytes, ids);
            return;
        }

        for (var i = 0; i < ids.Length; i++)
        {
            ids[i] = Hash(chunks.Slice(i * chunkBytes, chunkBytes));
        }
    }

    private void HashTogether(ReadOnlySpan<byte> chunks, int chunkBytes, Span<ChunkId> ids)
    {
        var mode = Blake3Mode.Keyed(_key, Blake3.Kernel);
        Span<byte> digests = stackalloc byte[ChunksAtOnce * Blake3.DigestBytes];
        while (!ids.IsEmpty)
        {
            var count = Math.Min(ChunksAtOnce, ids.Length);
            Blake3Many.Hash(mode, chunks[..(count * chunkBytes)], chunkBytes, digests[..(count * Blake3.DigestBytes)]);
            for (var i = 0; i < count; i++)
            {
                ids[i] = new ChunkId(digests.Slice(i * Blake3.DigestBytes, Blake3.DigestBytes));
            }

            chunks = chunks[(count * chunkBytes)..];
            ids = ids[count..];
        }
    }
}
