namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Whole levels of the tree: many leaves, then many parents, on the kernels up to that of the mode.</summary>
/// <remarks>
/// A kernel takes as long for one node as for all its lanes, so it is always given all: leaves by hashing some of those
/// before the rest again, parents by hashing what lies behind them as well. Narrower kernels serve inputs with fewer
/// leaves than lanes only; where all inputs are longer, they need not even be compiled. Kernels are never inlined:
/// inside a caller they outgrow the compiler's budget for inlining, and keep their state in memory.
/// </remarks>
internal static unsafe class Blake3Lanes
{
    /// <summary>Bytes behind the nodes of a level that <see cref="HashParents"/> may read and overwrite.</summary>
    public const int PaddingBytes = Blake3Vector512.Lanes * Blake3Constants.BlockBytes;

    /// <summary>
    /// Hashes all leaves of <paramref name="input"/> into <paramref name="level"/>; answers their number.
    /// </summary>
    public static int HashLeaves(in Blake3Mode mode, ReadOnlySpan<byte> input, ulong counter, Span<byte> level)
    {
        var leaves = input.Length / Blake3Constants.LeafBytes;
        var rest = input[(leaves * Blake3Constants.LeafBytes)..];
        var total = leaves + (rest.IsEmpty ? 0 : 1);
        ArgumentOutOfRangeException.ThrowIfLessThan(level.Length, total * Blake3Constants.ChainingBytes);
        fixed (byte* nodes = input)
        fixed (byte* output = level)
        {
            HashWholeLeaves(Blake3Batch.Leaves(mode), nodes, leaves, counter, leaves, output);
        }

        if (!rest.IsEmpty)
        {
            var last = Blake3Node.Leaf(mode, rest, counter + (ulong)leaves);
            last.Write(level[(leaves * Blake3Constants.ChainingBytes)..]);
        }

        return total;
    }

    /// <summary>Hashes all leaves of inputs of one length, a power of two of leaves, that lie side by side.</summary>
    public static void HashLeavesOfMany(in Blake3Mode mode, ReadOnlySpan<byte> inputs, int leavesEach, Span<byte> level)
    {
        var leaves = inputs.Length / Blake3Constants.LeafBytes;
        ArgumentOutOfRangeException.ThrowIfLessThan(level.Length, leaves * Blake3Constants.ChainingBytes);
        fixed (byte* nodes = inputs)
        fixed (byte* output = level)
        {
            HashWholeLeaves(Blake3Batch.LeavesOfMany(mode, leavesEach), nodes, leaves, 0, leavesEach, output);
        }
    }

    /// <summary>
    /// Replaces a level by the one above it; answers its number of nodes. A node without a sibling moves up as it is.
    /// </summary>
    /// <remarks>The level is followed by <see cref="PaddingBytes"/> bytes of its own.</remarks>
    public static int HashParents(in Blake3Batch parents, Span<byte> level, int nodes)
    {
        var levelBytes = nodes * Blake3Constants.ChainingBytes;
        ArgumentOutOfRangeException.ThrowIfLessThan(level.Length, levelBytes + PaddingBytes);
        var pairs = nodes / 2;
        var single = Blake3Words.Read(level[(levelBytes - Blake3Constants.ChainingBytes)..]);
        fixed (byte* bytes = level)
        {
            for (var done = 0; done < pairs;)
            {
                var lanes = LanesFor(parents.Kernel, pairs - done, available: int.MaxValue);
                var input = bytes + (done * Blake3Constants.BlockBytes);
                Hash(lanes, parents, input, bytes + (done * Blake3Constants.ChainingBytes));
                done += lanes;
            }
        }

        if (nodes % 2 == 0)
        {
            return pairs;
        }

        single.Write(level[(pairs * Blake3Constants.ChainingBytes)..]);
        return pairs + 1;
    }

    private static void HashWholeLeaves(
        Blake3Batch batch, byte* input, int leaves, ulong counter, int leavesEach, byte* output)
    {
        for (var done = 0; done < leaves;)
        {
            var lanes = LanesFor(batch.Kernel, leaves - done, available: leaves);
            var first = Math.Min(done, leaves - lanes);
            batch.Counter = counter + (ulong)(first % leavesEach);
            var leaf = input + (first * Blake3Constants.LeafBytes);
            Hash(lanes, batch, leaf, output + (first * Blake3Constants.ChainingBytes));
            done = first + lanes;
        }
    }

    /// <summary>
    /// The lanes for <paramref name="rest"/> nodes more, where a kernel may read <paramref name="available"/> nodes.
    /// Two nodes are done sooner one by one.
    /// </summary>
    private static int LanesFor(Blake3Kernel kernel, int rest, int available) => kernel switch
    {
        _ when rest <= 2 => 1,
        >= Blake3Kernel.Vector512 when available >= Blake3Vector512.Lanes => Blake3Vector512.Lanes,
        >= Blake3Kernel.Vector256 when available >= Blake3Vector256.Lanes => Blake3Vector256.Lanes,
        >= Blake3Kernel.Vector128 when available >= Blake3Vector128.Lanes => Blake3Vector128.Lanes,
        _ => 1,
    };

    private static void Hash(int lanes, in Blake3Batch batch, byte* input, byte* output)
    {
        switch (lanes)
        {
            case Blake3Vector512.Lanes:
                Blake3Vector512.Hash(batch, input, output);
                break;
            case Blake3Vector256.Lanes:
                Blake3Vector256.Hash(batch, input, output);
                break;
            case Blake3Vector128.Lanes:
                Blake3Vector128.Hash(batch, input, output);
                break;
            default:
                Blake3Node.Hash(batch, input, output);
                break;
        }
    }
}
