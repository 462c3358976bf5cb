using BackupEngine.Chunkstore.Manifests;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Manifests;

/// <summary>What trees cost, in bytes of nodes. The counts are exact, so they are gated.</summary>
public sealed class ManifestTreeBytesTests(ITestOutputHelper output)
{
    private const double MiB = 1 << 20;

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    /// <summary>
    /// 1 TiB in chunks of 256 KiB: a full tree, then incrementals in which a share of the chunks changed.
    /// </summary>
    [Fact]
    public async Task A_volume_of_1_TiB_costs_what_the_design_says()
    {
        var volume = new SyntheticVolume(new TreeShape(1L << 40, 256 * 1024), seed: 1);
        var store = new MemoryNodeStore();
        var root = await volume.BackUpAsync(store, null);
        Report("full", store);
        Assert.InRange(store.NewBytes / MiB, 128, 130);

        foreach (var (permyriad, limitMiB) in new[] { (1, 0.055), (10, 0.44), (100, 2.6) })
        {
            store.ResetCounters();
            volume.Change(permyriad / 10_000.0);
            root = await volume.BackUpAsync(store, root);
            Report($"{permyriad / 100.0} % changed", store);
            Assert.InRange(store.NewBytes / MiB, 0, limitMiB);
        }
    }

    /// <summary>30 incrementals in a row, each on the one before: what the chains cost in the long run.</summary>
    [Theory]
    [InlineData(10, 0.02)]
    [InlineData(100, 0.08)]
    public async Task A_long_row_of_incrementals_stays_cheap(int permyriad, double limitOfFull)
    {
        var volume = new SyntheticVolume(new TreeShape(1L << 33, 64 * 1024), seed: 2);
        var store = new MemoryNodeStore();
        var root = await volume.BackUpAsync(store, null);
        var fullBytes = store.NewBytes;
        store.ResetCounters();
        for (var backup = 0; backup < 30; backup++)
        {
            var before = store.NewBytes;
            volume.Change(permyriad / 10_000.0);
            root = await volume.BackUpAsync(store, root);
            output.WriteLine($"backup {backup + 1}: {(double)(store.NewBytes - before) / fullBytes:P2} of a full tree");
        }

        var mean = store.NewBytes / 30.0 / fullBytes;
        output.WriteLine($"{permyriad / 100.0} % changed: mean {mean:P2} of a full tree of {fullBytes / MiB:F2} MiB");
        Assert.InRange(mean, 0, limitOfFull);
        await volume.CheckAsync(store, root);
    }

    /// <summary>100 TiB in chunks of 64 KiB, of which every thousandth leaf is in use.</summary>
    [Fact]
    public async Task A_volume_of_100_TiB_costs_what_is_in_use()
    {
        var shape = new TreeShape(100L << 40, 64 * 1024);
        var store = new MemoryNodeStore();
        var builder = new ManifestTreeBuilder(store, shape, parent: null);
        var ids = new ChunkId[256];
        Array.Fill(ids, Ids.Of(5));

        // Every group of leaves stays open to the end, as with leaves changed at random.
        for (var leaf = 0L; leaf < shape.LeafCount; leaf += 1000)
        {
            ids[17] = Ids.Of(leaf + 10);
            await builder.SetLeafAsync(leaf, ids, Token);
        }

        var root = await builder.CompleteAsync(Token);
        Report("100 TiB, every 1000th leaf", store);
        Assert.InRange(store.NewBytes / MiB, 0, 1.6);
        var chunks = await new ManifestTreeReader(store, root).CountNonZeroChunksAsync(Token);
        Assert.Equal((shape.LeafCount + 999) / 1000 * 256, chunks);
    }

    private void Report(string what, MemoryNodeStore store) =>
        output.WriteLine($"{what}: {store.NewNodes} nodes, {store.NewBytes / MiB:F3} MiB");

    /// <summary>
    /// A volume in which every chunk is another one; which is a function of its number and generation.
    /// </summary>
    private sealed class SyntheticVolume(TreeShape shape, int seed)
    {
        private readonly Random _random = new(seed);
        private readonly int[] _generation = new int[shape.ChunkCount];
        private readonly HashSet<long> _changedLeaves = [.. Trees.AllLeaves(shape)];

        public void Change(double share)
        {
            for (var i = 0; i < shape.ChunkCount * share; i++)
            {
                var chunk = _random.NextInt64(shape.ChunkCount);
                _generation[chunk]++;
                _changedLeaves.Add(chunk / TreeShape.FanOut);
            }
        }

        public async Task<TreeRoot> BackUpAsync(MemoryNodeStore store, TreeRoot? parent)
        {
            var builder = new ManifestTreeBuilder(store, shape, parent);
            foreach (var leaf in _changedLeaves.Order())
            {
                await builder.SetLeafAsync(leaf, IdsOf(leaf), Token);
            }

            _changedLeaves.Clear();
            return await builder.CompleteAsync(Token);
        }

        public async Task CheckAsync(MemoryNodeStore store, TreeRoot root)
        {
            var reader = new ManifestTreeReader(store, root);
            var ids = new ChunkId[TreeShape.FanOut];
            foreach (var leaf in Trees.AllLeaves(shape))
            {
                await reader.ReadLeafAsync(leaf, ids, Token);
                Assert.Equal(IdsOf(leaf), ids);
            }
        }

        private ChunkId[] IdsOf(long leaf)
        {
            var first = leaf * TreeShape.FanOut;
            var ids = new ChunkId[shape.ChunksInLeaf(leaf)];
            for (var i = 0; i < ids.Length; i++)
            {
                ids[i] = Ids.Of(1 + first + i + ((long)_generation[first + i] << 32));
            }

            return ids;
        }
    }
}
