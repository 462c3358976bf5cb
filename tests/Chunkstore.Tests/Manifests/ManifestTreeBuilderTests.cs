using BackupEngine.Chunkstore.Manifests;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Manifests;

public sealed class ManifestTreeBuilderTests
{
    private readonly MemoryNodeStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task A_volume_of_zeros_costs_nothing()
    {
        var shape = new TreeShape(long.MaxValue, 4096);
        Assert.Equal(new TreeRoot(shape, ChunkId.Zero), await Trees.BuildAsync(_store, shape, null, [], []));

        var small = Trees.ShapeOfChunks(1000);
        var root = await Trees.BuildFullAsync(_store, small, new ChunkId[1000]);
        Assert.Equal(ChunkId.Zero, root.RootId);
        Assert.Equal((0, 0), (_store.Puts, _store.Reads));
    }

    [Fact]
    public async Task A_volume_of_one_repeated_chunk_costs_one_small_node()
    {
        var ids = Repeated(Ids.Of(7), 70_000);
        var root = await Trees.BuildFullAsync(_store, Trees.ShapeOfChunks(ids.Length), ids);
        Assert.Equal((1, 16 + 32), (_store.NewNodes, _store.NewBytes));
        Assert.Equal(ids, await Trees.ReadAsync(_store, root));

        ids[69_999] = Ids.Of(8);
        var changed = await Trees.BuildAsync(_store, root.Shape, root, ids, [69_999 / 256]);
        Assert.Equal(ids, await Trees.ReadAsync(_store, changed));
        Assert.InRange(_store.NewBytes, 1, 500);

        // Inherited by a tree of one level more: 65,536 chunks end where a node of level 1 does.
        var full = await Trees.BuildFullAsync(_store, Trees.ShapeOfChunks(65_536), ids[..65_536]);
        var grown = await Trees.BuildAsync(_store, Trees.ShapeOfChunks(65_537), full, [], []);
        ChunkId[] expected = [.. ids[..65_536], ChunkId.Zero];
        Assert.Equal(expected, await Trees.ReadAsync(_store, grown));
        Assert.Equal(65_536, await new ManifestTreeReader(_store, grown).CountNonZeroChunksAsync(Token));
    }

    [Fact]
    public async Task The_largest_volume_can_be_built_and_read()
    {
        var shape = new TreeShape(long.MaxValue, 4096);
        var builder = new ManifestTreeBuilder(_store, shape, parent: null);
        var ids = Distinct(256, 1);
        foreach (var leaf in new[] { 0, 1L << 40, shape.LeafCount - 1 })
        {
            await builder.SetLeafAsync(leaf, ids, Token);
        }

        var root = await builder.CompleteAsync(Token);
        var read = new ChunkId[256];
        await new ManifestTreeReader(_store, root).ReadLeafAsync(shape.LeafCount - 1, read, Token);
        Assert.Equal(ids, read);
        Assert.Equal([0, 1L << 40, shape.LeafCount - 1], await Trees.NonZeroLeavesAsync(_store, root));
        Assert.Equal(768, await new ManifestTreeReader(_store, root).CountNonZeroChunksAsync(Token));
        Assert.Equal(root, await Trees.BuildAsync(_store, shape, root, [], []));
        var extent = Assert.Single(await Trees.DifferAsync(_store, root, await ClearLastLeafAsync(root)));
        Assert.Equal(long.MaxValue, extent.EndBytes);
    }

    [Fact]
    public async Task Nothing_changed_writes_nothing_and_keeps_the_root()
    {
        var ids = Distinct(70_000, 1);
        var shape = Trees.ShapeOfChunks(ids.Length, missingBytes: 1);
        var root = await Trees.BuildFullAsync(_store, shape, ids);
        _store.ResetCounters();
        Assert.Equal(root, await Trees.BuildAsync(_store, shape, root, ids, []));
        Assert.Equal((0, 0), (_store.Puts, _store.Reads));
        Assert.Equal(root, await Trees.BuildAsync(_store, shape, root, ids, Trees.AllLeaves(shape)));
        Assert.Equal(0, _store.Puts);
    }

    [Fact]
    public async Task One_changed_chunk_reads_and_writes_one_path()
    {
        var ids = Distinct(140_000, 1);
        var shape = Trees.ShapeOfChunks(ids.Length);
        Assert.Equal(2, shape.RootLevel);
        var root = await Trees.BuildFullAsync(_store, shape, ids);
        _store.ResetCounters();
        ids[100_000] = Ids.Of(-1);
        await Trees.BuildAsync(_store, shape, root, ids, [100_000 / 256]);
        Assert.Equal((3, 3), (_store.Puts, _store.Reads));
        Assert.InRange(_store.NewBytes, 1, 3 * 100);
    }

    [Fact]
    public async Task The_leaf_across_the_former_end_must_be_set()
    {
        var root = await Trees.BuildFullAsync(_store, Trees.ShapeOfChunks(600), Distinct(600, 1));
        foreach (var shape in new[] { Trees.ShapeOfChunks(601), Trees.ShapeOfChunks(599), Trees.ShapeOfChunks(600, 1) })
        {
            var builder = new ManifestTreeBuilder(_store, shape, root);
            var error = await Assert.ThrowsAsync<InvalidOperationException>(
                async () => await builder.CompleteAsync(Token));
            Assert.Contains("leaf 2", error.Message, StringComparison.Ordinal);
        }

        var cut = Trees.ShapeOfChunks(512);
        var kept = await Trees.BuildAsync(_store, cut, root, [], []);
        Assert.Equal(Distinct(600, 1)[..512], await Trees.ReadAsync(_store, kept));
    }

    [Fact]
    public async Task A_volume_shrunk_to_a_whole_subtree_keeps_that_subtree()
    {
        var ids = Distinct(66_000, 1);
        var root = await Trees.BuildFullAsync(_store, Trees.ShapeOfChunks(ids.Length), ids);
        _store.ResetCounters();
        var shrunk = await Trees.BuildAsync(_store, Trees.ShapeOfChunks(65_536), root, [], []);
        Assert.Equal(0, _store.Puts);
        Assert.Equal(ids[..65_536], await Trees.ReadAsync(_store, shrunk));
    }

    [Fact]
    public async Task Wrong_calls_are_refused_and_change_nothing()
    {
        var shape = Trees.ShapeOfChunks(600);
        var builder = new ManifestTreeBuilder(_store, shape, parent: null);
        var ids = Distinct(256, 1);
        await Assert.ThrowsAsync<ArgumentException>(() => SetAsync(builder, 0, ids[..255]));
        await Assert.ThrowsAsync<ArgumentException>(() => SetAsync(builder, 2, ids));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => SetAsync(builder, 3, ids));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => SetAsync(builder, -1, ids));
        await SetAsync(builder, 0, ids);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SetAsync(builder, 0, ids));
        await SetAsync(builder, 2, ids[..88]);
        var root = await builder.CompleteAsync(Token);
        await Assert.ThrowsAsync<InvalidOperationException>(() => SetAsync(builder, 1, ids));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await builder.CompleteAsync(Token));
        ChunkId[] expected = [.. ids, .. new ChunkId[256], .. ids[..88]];
        Assert.Equal(expected, await Trees.ReadAsync(_store, root));

        var otherChunks = new TreeShape(shape.VolumeBytes, shape.ChunkSizeBytes * 2);
        Assert.Throws<ArgumentException>(() => new ManifestTreeBuilder(_store, otherChunks, root));
    }

    [Fact]
    public async Task After_a_failed_leaf_the_tree_cannot_be_completed()
    {
        var builder = new ManifestTreeBuilder(_store, Trees.ShapeOfChunks(600), parent: null);
        _store.FailPutsWith = new IOException("disk");
        await Assert.ThrowsAsync<IOException>(() => SetAsync(builder, 0, Distinct(256, 1)));
        _store.FailPutsWith = null;
        var later = await Assert.ThrowsAsync<InvalidOperationException>(() => SetAsync(builder, 1, Distinct(256, 1)));
        Assert.IsType<IOException>(later.InnerException);
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await builder.CompleteAsync(Token));
    }

    [Fact]
    public async Task A_tree_is_not_completed_while_a_leaf_is_being_set()
    {
        var builder = new ManifestTreeBuilder(_store, Trees.ShapeOfChunks(600), parent: null);
        var gate = new TaskCompletionSource();
        _store.Gate = gate.Task;
        var setting = SetAsync(builder, 0, Distinct(256, 1));
        await Assert.ThrowsAsync<InvalidOperationException>(async () => await builder.CompleteAsync(Token));
        gate.SetResult();
        await setting;
        Assert.False((await builder.CompleteAsync(Token)).RootId.IsZero);
    }

    [Fact]
    public async Task A_builder_on_an_open_parent_reads_no_node_twice()
    {
        var ids = Distinct(70_000, 1);
        var root = await Trees.BuildFullAsync(_store, Trees.ShapeOfChunks(ids.Length), ids);
        var parent = new ManifestTreeReader(_store, root);
        var builder = ManifestTreeBuilder.OnTopOf(parent, _store, root.Shape);
        _store.ResetCounters();
        var leaf = new ChunkId[256];
        await parent.ReadLeafAsync(100, leaf, Token);
        leaf[0] = Ids.Of(-1);
        await builder.SetLeafAsync(100, leaf, Token);
        await builder.CompleteAsync(Token);
        Assert.Equal((3, 3), (_store.Reads, _store.Puts));
    }

    [Fact]
    public async Task Few_leaves_are_held_and_the_root_is_the_same()
    {
        var ids = Distinct(140_000, 1);
        var shape = Trees.ShapeOfChunks(ids.Length);
        var leaves = Trees.AllLeaves(shape).Where(leaf => leaf % 5 != 3).ToArray();
        var unbounded = await Trees.BuildAsync(_store, shape, null, ids, leaves);
        _store.ResetCounters();
        Assert.Equal(unbounded, await Trees.BuildAsync(_store, shape, null, ids, leaves, maxHeld: 64));
        Assert.InRange(_store.NewNodes, 1, shape.LeafCount / 64);
    }

    private static Task SetAsync(ManifestTreeBuilder builder, long leaf, ChunkId[] ids) =>
        builder.SetLeafAsync(leaf, ids, Token).AsTask();

    private static ChunkId[] Distinct(int count, int first) =>
        [.. Enumerable.Range(first, count).Select(number => Ids.Of(number))];

    private static ChunkId[] Repeated(ChunkId id, int count) => [.. Enumerable.Repeat(id, count)];

    private async Task<TreeRoot> ClearLastLeafAsync(TreeRoot root)
    {
        var builder = new ManifestTreeBuilder(_store, root.Shape, root);
        await builder.SetLeafAsync(root.Shape.LeafCount - 1, new ChunkId[256], Token);
        return await builder.CompleteAsync(Token);
    }
}
