using BackupEngine.Chunkstore.Manifests;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Manifests;

/// <summary>Whole trees from plain arrays of ids and back.</summary>
internal static class Trees
{
    public const int ChunkSizeBytes = 4096;

    private static CancellationToken Token => Xunit.TestContext.Current.CancellationToken;

    public static TreeShape ShapeOfChunks(long chunks, int missingBytes = 0) =>
        new((chunks * ChunkSizeBytes) - missingBytes, ChunkSizeBytes);

    /// <summary>Sets the given leaves, in the given order, from the array of all ids.</summary>
    public static async Task<TreeRoot> BuildAsync(
        INodeStore store,
        TreeShape shape,
        TreeRoot? parent,
        ChunkId[] ids,
        IEnumerable<long> leaves,
        int maxHeld = ManifestTreeBuilder.MaxHeldLeaves)
    {
        var before = parent is { } root ? new ManifestTreeReader(store, root) : null;
        var builder = new ManifestTreeBuilder(store, shape, before, maxHeld);
        foreach (var leaf in leaves)
        {
            await builder.SetLeafAsync(leaf, LeafOf(shape, ids, leaf), Token);
        }

        return await builder.CompleteAsync(Token);
    }

    public static Task<TreeRoot> BuildFullAsync(INodeStore store, TreeShape shape, ChunkId[] ids) =>
        BuildAsync(store, shape, null, ids, AllLeaves(shape));

    public static IEnumerable<long> AllLeaves(TreeShape shape)
    {
        for (var leaf = 0L; leaf < shape.LeafCount; leaf++)
        {
            yield return leaf;
        }
    }

    public static ReadOnlyMemory<ChunkId> LeafOf(TreeShape shape, ChunkId[] ids, long leaf) =>
        ids.AsMemory((int)leaf * TreeShape.FanOut, shape.ChunksInLeaf(leaf));

    public static async Task<ChunkId[]> ReadAsync(INodeStore store, TreeRoot root)
    {
        var reader = new ManifestTreeReader(store, root);
        var ids = new ChunkId[root.Shape.ChunkCount];
        foreach (var leaf in AllLeaves(root.Shape))
        {
            var start = (int)leaf * TreeShape.FanOut;
            await reader.ReadLeafAsync(leaf, ids.AsMemory(start, root.Shape.ChunksInLeaf(leaf)), Token);
        }

        return ids;
    }

    public static async Task<List<Extent>> DifferAsync(INodeStore store, TreeRoot left, TreeRoot right)
    {
        var extents = new List<Extent>();
        var difference = ManifestTreeReader.DifferAsync(
            new ManifestTreeReader(store, left), new ManifestTreeReader(store, right), Token);
        await foreach (var extent in difference)
        {
            extents.Add(extent);
        }

        return extents;
    }

    /// <summary>The leaves that are not all zeros, found in both ways that there are.</summary>
    public static async Task<List<long>> NonZeroLeavesAsync(INodeStore store, TreeRoot root)
    {
        var reader = new ManifestTreeReader(store, root);
        var leaves = new List<long>();
        var next = 0L;
        await foreach (var leaf in reader.NonZeroLeavesAsync(Token))
        {
            leaves.Add(leaf);
            Assert.Equal(leaf, await reader.FindNonZeroLeafAsync(next, Token));
            Assert.Equal(leaf, await reader.FindNonZeroLeafAsync(leaf, Token));
            next = leaf + 1;
        }

        Assert.Equal(root.Shape.LeafCount, await reader.FindNonZeroLeafAsync(next, Token));
        return leaves;
    }
}
