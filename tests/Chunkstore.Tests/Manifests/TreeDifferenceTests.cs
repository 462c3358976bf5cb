using BackupEngine.Chunkstore.Manifests;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Manifests;

public sealed class TreeDifferenceTests
{
    private readonly MemoryNodeStore _store = new();

    [Fact]
    public async Task Equal_trees_are_not_read_and_one_change_is_found_along_its_path()
    {
        var ids = Enumerable.Range(1, 140_000).Select(number => Ids.Of(number)).ToArray();
        var shape = Trees.ShapeOfChunks(ids.Length);
        var root = await Trees.BuildFullAsync(_store, shape, ids);
        ids[100_000] = Ids.Of(-1);
        var changed = await Trees.BuildAsync(_store, shape, root, ids, [100_000 / 256]);

        _store.ResetCounters();
        Assert.Empty(await Trees.DifferAsync(_store, root, root));
        Assert.Equal(0, _store.Reads);
        Assert.Equal([new Extent(100_000L * 4096, 4096)], await Trees.DifferAsync(_store, root, changed));

        // Three levels on the left; on the right the small root, and two patches with their bases.
        Assert.Equal(3 + 1 + 4, _store.Reads);
    }

    [Fact]
    public async Task The_same_content_in_other_nodes_does_not_differ()
    {
        var ids = Enumerable.Range(1, 600).Select(number => Ids.Of(number)).ToArray();
        var shape = Trees.ShapeOfChunks(ids.Length);
        var root = await Trees.BuildFullAsync(_store, shape, ids);
        ids[5] = Ids.Of(-1);
        var patched = await Trees.BuildAsync(_store, shape, root, ids, [0]);
        var whole = await Trees.BuildFullAsync(_store, shape, ids);
        Assert.NotEqual(patched, whole);
        Assert.Empty(await Trees.DifferAsync(_store, patched, whole));
    }

    [Fact]
    public async Task Neighbours_are_merged_across_leaves_and_into_what_only_one_volume_has()
    {
        var ids = Enumerable.Range(1, 600).Select(number => Ids.Of(number)).ToArray();
        var root = await Trees.BuildFullAsync(_store, Trees.ShapeOfChunks(600, missingBytes: 96), ids);
        Array.Resize(ref ids, 1000);
        ids[10] = Ids.Of(-1);
        foreach (ref var id in ids.AsSpan(255, 2))
        {
            id = Ids.Of(-2);
        }

        ids[599] = Ids.Of(-3);
        var grown = await Trees.BuildAsync(_store, Trees.ShapeOfChunks(1000), root, ids, [0, 1, 2]);
        Assert.Equal(
            [new Extent(10 * 4096, 4096), new Extent(255 * 4096, 2 * 4096), new Extent(599 * 4096, 401 * 4096)],
            await Trees.DifferAsync(_store, root, grown));
    }

    [Fact]
    public async Task A_volume_of_zeros_differs_from_a_larger_one_only_beyond_its_end()
    {
        var small = await Trees.BuildAsync(_store, new TreeShape(5000, 4096), null, [], []);
        var large = await Trees.BuildAsync(_store, new TreeShape(1L << 60, 4096), null, [], []);
        Assert.Equal([new Extent(5000, (1L << 60) - 5000)], await Trees.DifferAsync(_store, small, large));
        Assert.Equal([new Extent(5000, (1L << 60) - 5000)], await Trees.DifferAsync(_store, large, small));
    }

    [Fact]
    public void Different_chunk_sizes_are_refused()
    {
        var left = new ManifestTreeReader(_store, new TreeRoot(new TreeShape(5000, 4096), ChunkId.Zero));
        var right = new ManifestTreeReader(_store, new TreeRoot(new TreeShape(5000, 8192), ChunkId.Zero));
        Assert.Throws<ArgumentException>(
            () => ManifestTreeReader.DifferAsync(left, right, TestContext.Current.CancellationToken));
    }
}
