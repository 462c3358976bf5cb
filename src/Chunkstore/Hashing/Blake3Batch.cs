namespace BackupEngine.Chunkstore.Hashing;

/// <summary>
/// What a wide kernel hashes: as many nodes of one kind as it has lanes, at even distances in memory.
/// </summary>
/// <remarks>Made once for many batches; only the counter is different from one to the next.</remarks>
internal struct Blake3Batch
{
    private readonly uint _flags;
    private readonly uint _firstFlag;
    private readonly uint _lastFlag;

    private Blake3Batch(in Blake3Mode mode, uint flags, bool isLeaf)
    {
        Key = mode.Key;
        Kernel = mode.Kernel;
        _flags = mode.Flags | flags;
        IsLeaf = isLeaf;
        _firstFlag = isLeaf ? Blake3Constants.LeafStart : 0;
        _lastFlag = isLeaf ? Blake3Constants.LeafEnd : 0;
        Blocks = isLeaf ? Blake3Constants.BlocksPerLeaf : 1;
    }

    public readonly Blake3Words Key;

    public readonly Blake3Kernel Kernel;

    /// <summary>Leaves, numbered from <see cref="Counter"/> on; else parents, which all have the counter 0.</summary>
    public readonly bool IsLeaf;

    /// <summary>Blocks of 64 bytes per node.</summary>
    public readonly int Blocks;

    /// <summary>The number of the first leaf; stays 0 for parents.</summary>
    public ulong Counter;

    /// <summary>Cuts the number of a lane down to what is added to the counter.</summary>
    public readonly uint CounterMask => IsLeaf ? uint.MaxValue : 0;

    /// <summary>From one node to the next, which is also the length of a node.</summary>
    public readonly nint StrideBytes => Blocks * Blake3Constants.BlockBytes;

    /// <summary>Leaves of 1,024 bytes.</summary>
    public static Blake3Batch Leaves(in Blake3Mode mode) => new(mode, 0, isLeaf: true);

    /// <summary>Parents, each over 64 bytes of chaining values.</summary>
    public static Blake3Batch Parents(in Blake3Mode mode) => new(mode, Blake3Constants.Parent, isLeaf: false);

    public readonly uint FlagsOf(int block) =>
        _flags | (block == 0 ? _firstFlag : 0) | (block == Blocks - 1 ? _lastFlag : 0);
}
