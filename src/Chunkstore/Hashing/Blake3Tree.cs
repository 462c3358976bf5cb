using System.Numerics;
using System.Runtime.CompilerServices;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Reduces a subtree of more than one leaf to the two chaining values below its top.</summary>
/// <remarks>
/// Inputs of up to <see cref="GroupLeaves"/> leaves are worked level by level in one buffer on the stack, so that the
/// kernels always get as many nodes as the level has. Larger ones are split at the largest power of two, as the tree
/// is.
/// </remarks>
internal static class Blake3Tree
{
    /// <summary>Most leaves worked at once: 512 KiB of input, 16 KiB of chaining values on the stack.</summary>
    public const int GroupLeaves = 512;

    private const int GroupBytes = GroupLeaves * Blake3Constants.LeafBytes;

    /// <summary>The digest of a whole input.</summary>
    public static Blake3Words Root(in Blake3Mode mode, ReadOnlySpan<byte> input)
    {
        if (input.Length <= Blake3Constants.LeafBytes)
        {
            return Blake3Node.Leaf(mode, input, counter: 0, Blake3Constants.Root);
        }

        Span<byte> pair = stackalloc byte[Blake3Constants.BlockBytes];
        ReduceToPair(mode, input, counter: 0, pair);
        return Blake3Node.Parent(mode, pair, Blake3Constants.Root);
    }

    /// <summary>
    /// Writes the left and the right chaining value of a subtree; <paramref name="counter"/> is its first leaf's
    /// number.
    /// </summary>
    /// <remarks>The input is longer than one leaf.</remarks>
    public static void ReduceToPair(in Blake3Mode mode, ReadOnlySpan<byte> input, ulong counter, Span<byte> pair)
    {
        if (input.Length <= GroupBytes)
        {
            ReduceGroup(mode, input, counter, pair);
            return;
        }

        var leftLeaves = LeftLeaves(input.Length);
        var left = input[..(leftLeaves * Blake3Constants.LeafBytes)];
        Reduce(mode, left, counter).Write(pair);
        Reduce(mode, input[left.Length..], counter + (ulong)leftLeaves).Write(pair[Blake3Constants.ChainingBytes..]);
    }

    /// <summary>
    /// How many leaves the left half of an input of more than one leaf has: the largest power of two that leaves a
    /// rest.
    /// </summary>
    private static int LeftLeaves(int inputBytes) =>
        1 << BitOperations.Log2((uint)(inputBytes - 1) / Blake3Constants.LeafBytes);

    private static Blake3Words Reduce(in Blake3Mode mode, ReadOnlySpan<byte> input, ulong counter)
    {
        if (input.Length <= Blake3Constants.LeafBytes)
        {
            return Blake3Node.Leaf(mode, input, counter);
        }

        Span<byte> pair = stackalloc byte[Blake3Constants.BlockBytes];
        ReduceToPair(mode, input, counter, pair);
        return Blake3Node.Parent(mode, pair);
    }

    [SkipLocalsInit]
    private static void ReduceGroup(in Blake3Mode mode, ReadOnlySpan<byte> input, ulong counter, Span<byte> pair)
    {
        Span<byte> level = stackalloc byte[(GroupLeaves * Blake3Constants.ChainingBytes) + Blake3Lanes.PaddingBytes];
        var nodes = Blake3Lanes.HashLeaves(mode, input, counter, level);
        var parents = Blake3Batch.Parents(mode);
        while (nodes > 2)
        {
            nodes = Blake3Lanes.HashParents(parents, level, nodes);
        }

        level[..Blake3Constants.BlockBytes].CopyTo(pair);
    }
}
