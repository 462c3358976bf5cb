using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>
/// Names which part of a volume a run reads: a leaf that is finished has been read as far as this says, and the rest of
/// it is the parent's.
/// </summary>
/// <param name="Digest">A digest over the extents; zero where everything is read.</param>
public readonly record struct ReadScope(UInt128 Digest)
{
    /// <summary>The whole volume is read.</summary>
    public static ReadScope Everything => default;

    /// <summary>Whether the whole volume is read.</summary>
    public bool IsEverything => Digest == 0;

    /// <summary>The name of these extents, which are sorted and apart from each other.</summary>
    public static ReadScope Of(IEnumerable<Extent> extents)
    {
        ArgumentNullException.ThrowIfNull(extents);
        Span<byte> state = stackalloc byte[Blake3.DigestBytes + 16];
        state.Clear();
        foreach (var extent in extents)
        {
            BitConverter.TryWriteBytes(state[Blake3.DigestBytes..], extent.OffsetBytes);
            BitConverter.TryWriteBytes(state[(Blake3.DigestBytes + 8)..], extent.LengthBytes);
            Blake3.Hash(state, state[..Blake3.DigestBytes]);
        }

        // Nothing to be read is a scope of its own, not everything.
        var digest = new ChunkId(state[..Blake3.DigestBytes]).Prefix;
        return new ReadScope(digest == 0 ? 1 : digest);
    }
}
