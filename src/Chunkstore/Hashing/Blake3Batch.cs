namespace BackupEngine.Chunkstore.Hashing;

/// <summary>
/// What a wide kernel hashes: as many nodes of one kind as it has lanes, at even distances in memory.
/// </summary>
internal readonly struct Blake3Batch
{
    private readonly uint _flags;
    private readonly uint _firstFlag;
    private readonly uint _lastFlag;
    private readonly bool _isLeaf;

    private Blake3Batch(in Blake3Mode mode, uint flags, ulong counter, bool isLeaf)
    {
        Key = mode.Key;
        _flags = mode.Flags | flags;
        Counter = counter;
        _isLeaf = isLeaf;
        _firstFlag = isLeaf ? Blake3Constants.LeafStart : 0;
        _lastFlag = isLeaf ? Blake3Constants.LeafEnd : 0;
        Blocks = isLeaf ? Blake3Constants.BlocksPerLeaf : 1;
    }

    public readonly Blake3Words Key;

    /// <summary>Blocks of 64 bytes per node.</summary>
    public readonly int Blocks;

    /// <summary>The number of the first leaf; 0 for parents.</summary>
    public readonly ulong Counter;

    /// <summary>From one node to the next, which is also the length of a node.</summary>
    public nint StrideBytes => Blocks * Blake3Constants.BlockBytes;

    /// <summary>Leaves of 1,024 bytes; the first has the number <paramref name="counter"/>.</summary>
    public static Blake3Batch Leaves(in Blake3Mode mode, ulong counter) => new(mode, 0, counter, isLeaf: true);

    /// <summary>Parents, each over 64 bytes of chaining values.</summary>
    public static Blake3Batch Parents(in Blake3Mode mode) => new(mode, Blake3Constants.Parent, 0, isLeaf: false);

    public uint FlagsOf(int block) =>
        _flags | (block == 0 ? _firstFlag : 0) | (block == Blocks - 1 ? _lastFlag : 0);

    /// <summary>
    /// Writes the low and the high word of every lane's counter: the number of a leaf, 0 for a parent.
    /// </summary>
    public unsafe void WriteCounters(uint* low, uint* high, int lanes)
    {
        for (var lane = 0; lane < lanes; lane++)
        {
            var counter = _isLeaf ? Counter + (ulong)lane : 0;
            low[lane] = (uint)counter;
            high[lane] = (uint)(counter >> 32);
        }
    }
}
