namespace BackupEngine.Chunkstore.Hashing;

/// <summary>Whole levels of the tree: many leaves, then many parents, on the kernel of the mode.</summary>
internal static class Blake3Lanes
{
    /// <summary>Hashes all leaves of <paramref name="input"/> into <paramref name="level"/> and tells how many there are.</summary>
    public static int HashLeaves(in Blake3Mode mode, ReadOnlySpan<byte> input, ulong counter, Span<byte> level)
    {
        var nodes = 0;
        for (; input.Length > 0; nodes++)
        {
            var leaf = input[..Math.Min(input.Length, Blake3Constants.LeafBytes)];
            Blake3Node.Leaf(mode, leaf, counter + (ulong)nodes).Write(level[(nodes * Blake3Constants.ChainingBytes)..]);
            input = input[leaf.Length..];
        }

        return nodes;
    }

    /// <summary>Replaces a level by the one above it and tells its number of nodes; a node without a sibling moves up as it is.</summary>
    public static int HashParents(in Blake3Mode mode, Span<byte> level, int nodes)
    {
        var parents = nodes / 2;
        for (var i = 0; i < parents; i++)
        {
            var pair = level.Slice(i * Blake3Constants.BlockBytes, Blake3Constants.BlockBytes);
            Blake3Node.Parent(mode, pair).Write(level[(i * Blake3Constants.ChainingBytes)..]);
        }

        return parents + LiftOddNode(level, nodes, parents);
    }

    private static int LiftOddNode(Span<byte> level, int nodes, int parents)
    {
        if (nodes % 2 == 0)
        {
            return 0;
        }

        level.Slice((nodes - 1) * Blake3Constants.ChainingBytes, Blake3Constants.ChainingBytes)
            .CopyTo(level[(parents * Blake3Constants.ChainingBytes)..]);
        return 1;
    }
}
