using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Manifests;

public sealed class ManifestTreeReaderTests
{
    private readonly MemoryNodeStore _store = new();

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    [Fact]
    public async Task Opening_reads_nothing_and_a_leaf_reads_its_path_once()
    {
        var root = await MakeAsync(140_000);
        _store.ResetCounters();
        var reader = new ManifestTreeReader(_store, root);
        Assert.Equal(0, _store.Reads);
        await reader.ReadLeafAsync(1, new ChunkId[256], Token);
        Assert.Equal(3, _store.Reads);
        await reader.ReadLeafAsync(2, new ChunkId[256], Token);
        Assert.Equal(4, _store.Reads);
        await reader.ReadLeafAsync(2, new ChunkId[256], Token);
        Assert.Equal(4, _store.Reads);
    }

    [Fact]
    public async Task Wrong_arguments_are_refused()
    {
        var reader = new ManifestTreeReader(_store, await MakeAsync(600));
        await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync(reader, 0, 255));
        await Assert.ThrowsAsync<ArgumentException>(() => ReadAsync(reader, 2, 256));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ReadAsync(reader, 3, 256));
        await Assert.ThrowsAsync<ArgumentOutOfRangeException>(() => ReadAsync(reader, -1, 256));
    }

    [Fact]
    public async Task Zero_subtrees_are_passed_over_unread()
    {
        var shape = new TreeShape(1L << 50, 4096);
        var builder = new ManifestTreeBuilder(_store, shape, parent: null);
        await builder.SetLeafAsync(123_456_789, Distinct(256), Token);
        var root = await builder.CompleteAsync(Token);
        _store.ResetCounters();
        Assert.Equal([123_456_789], await Trees.NonZeroLeavesAsync(_store, root));
        Assert.Equal(shape.RootLevel, _store.Reads);
    }

    [Fact]
    public async Task A_missing_node_or_one_that_was_changed_is_an_error()
    {
        var root = await MakeAsync(3000);
        foreach (var (id, bytes) in _store.Nodes.ToArray())
        {
            _store.Remove(id);
            await Assert.ThrowsAsync<CorruptDataException>(() => Trees.ReadAsync(_store, root));
            var damaged = bytes.ToArray();
            damaged[^1] ^= 1;
            _store.Tamper(id, damaged);
            var error = await Assert.ThrowsAsync<CorruptDataException>(() => Trees.ReadAsync(_store, root));
            Assert.Contains(id.ToString(), error.Message, StringComparison.Ordinal);
            _store.Tamper(id, bytes);
        }

        Assert.Equal(Distinct(3000), await Trees.ReadAsync(_store, root));
    }

    /// <summary>A node of another tree, whole in itself, in the place of one of this tree.</summary>
    [Fact]
    public async Task A_node_with_another_number_of_live_chunks_than_its_parent_says_is_an_error()
    {
        var ids = Distinct(512);
        var root = await Trees.BuildFullAsync(_store, Trees.ShapeOfChunks(512), ids);
        var leaf = _store.Nodes.First(node => node.Key != root.RootId).Key;
        ids[0] = ChunkId.Zero;
        ids[256] = ChunkId.Zero;
        var other = await Trees.BuildFullAsync(_store, Trees.ShapeOfChunks(512), ids);
        var otherLeaf = _store.Nodes.First(node => node.Value.Length == 16 + 64 + (255 * 32));
        Assert.NotEqual(other.RootId, otherLeaf.Key);
        _store.Tamper(leaf, otherLeaf.Value);
        await Assert.ThrowsAsync<CorruptDataException>(() => Trees.ReadAsync(_store, root));
    }

    [Fact]
    public async Task A_root_of_another_shape_is_an_error()
    {
        var root = await MakeAsync(70_000);
        var other = new TreeRoot(Trees.ShapeOfChunks(600), root.RootId);
        await Assert.ThrowsAsync<CorruptDataException>(() => Trees.ReadAsync(_store, other));
    }

    [Fact]
    public async Task Many_threads_read_the_same_tree()
    {
        var root = await MakeAsync(140_000);
        var expected = Distinct(140_000);
        var reader = new ManifestTreeReader(_store, root);
        await Parallel.ForEachAsync(
            Enumerable.Range(0, 4 * (int)root.Shape.LeafCount),
            Token,
            async (number, token) =>
            {
                var leaf = number % root.Shape.LeafCount;
                var ids = new ChunkId[root.Shape.ChunksInLeaf(leaf)];
                await reader.ReadLeafAsync(leaf, ids, token);
                Assert.Equal(Trees.LeafOf(root.Shape, expected, leaf).ToArray(), ids);
            });
    }

    private static Task ReadAsync(ManifestTreeReader reader, long leaf, int count) =>
        reader.ReadLeafAsync(leaf, new ChunkId[count], Token).AsTask();

    private static ChunkId[] Distinct(int count) =>
        [.. Enumerable.Range(1, count).Select(number => Ids.Of(number))];

    private Task<TreeRoot> MakeAsync(int chunks) =>
        Trees.BuildFullAsync(_store, Trees.ShapeOfChunks(chunks), Distinct(chunks));
}
