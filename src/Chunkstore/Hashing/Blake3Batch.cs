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

    private Blake3Batch(in Blake3Mode mode, uint flags, bool isLeaf, uint counterMask)
    {
        Key = mode.Key;
        Kernel = mode.Kernel;
        _flags = mode.Flags | flags;
        IsLeaf = isLeaf;
        CounterMask = counterMask;
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
    public readonly uint CounterMask;

    /// <summary>From one node to the next, which is also the length of a node.</summary>
    public readonly nint StrideBytes => Blocks * Blake3Constants.BlockBytes;

    /// <summary>Leaves of 1,024 bytes.</summary>
    public static Blake3Batch Leaves(in Blake3Mode mode) => new(mode, 0, isLeaf: true, uint.MaxValue);

    /// <summary>Leaves of many inputs side by side: their numbers begin anew with each input.</summary>
    /// <param name="mode">The mode.</param>
    /// <param name="leavesPerInput">A power of two.</param>
    public static Blake3Batch LeavesOfMany(in Blake3Mode mode, int leavesPerInput) =>
        new(mode, 0, isLeaf: true, (uint)leavesPerInput - 1);

    /// <summary>Parents, each over 64 bytes of chaining values.</summary>
    public static Blake3Batch Parents(in Blake3Mode mode) => new(mode, Blake3Constants.Parent, isLeaf: false, 0);

    /// <summary>Parents that are the tops of their inputs' trees.</summary>
    public static Blake3Batch Roots(in Blake3Mode mode) =>
        new(mode, Blake3Constants.Parent | Blake3Constants.Root, isLeaf: false, 0);

    public readonly uint FlagsOf(int block) =>
        _flags | (block == 0 ? _firstFlag : 0) | (block == Blocks - 1 ? _lastFlag : 0);
}
