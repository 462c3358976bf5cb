using BackupEngine.Chunkstore.Manifests;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Manifests;

/// <summary>Random histories of a volume, each backup compared with a plain array of ids.</summary>
public sealed class ManifestTreePropertyTests
{
    /// <summary>Sizes in chunks around every boundary there is up to three levels, and anything between.</summary>
    private static readonly Gen<int> GenChunks = Gen.Frequency(
        (3, Gen.Int[1, 700]),
        (2, Gen.Int[1, 4].Select(Gen.Int[-1, 1], (leaves, off) => Math.Max(1, (leaves * 256) + off))),
        (1, Gen.Int[65_536 - 600, 65_536 + 600]),
        (1, Gen.Const(65_536)),
        (1, Gen.Int[60_000, 140_000]));

    private static readonly Gen<Edit> GenEdit = Gen.Select(
        Gen.Double[0, 1],
        Gen.Frequency((4, Gen.Int[1, 3]), (2, Gen.Int[1, 600]), (1, Gen.Int[1, 70_000])),
        Gen.Enum<Fill>(),
        (at, length, fill) => new Edit(at, length, fill));

    private static readonly Gen<Step> GenStep = Gen.Select(
        Gen.Frequency((3, Gen.Const(0)), (1, GenChunks)),
        Gen.Int[0, 4095],
        GenEdit.Array[0, 6],
        Gen.Frequency((1, Gen.Const(false)), (7, Gen.Const(true))),
        Gen.Frequency((2, Gen.Const(1 << 20)), (1, Gen.Int[1, 4])),
        (newChunks, missing, edits, onParent, maxHeld) => new Step(newChunks, missing, edits, onParent, maxHeld));

    private enum Fill
    {
        Fresh,
        Zero,
        OneOfFew,
        Uniform,
    }

    [Fact]
    public Task Every_backup_of_any_history_reads_back_and_differs_as_the_model_says() =>
        Gen.Select(GenChunks, GenStep.Array[1, 9], Gen.Int).SampleAsync(
            async (chunks, steps, seed) => await RunHistoryAsync(chunks, steps, new Random(seed)), iter: 80);

    private static async Task RunHistoryAsync(int chunks, Step[] steps, Random random)
    {
        var store = new MemoryNodeStore();
        var history = new History(random);
        var made = new List<(TreeRoot Root, ChunkId[] Ids)>();
        var ids = new ChunkId[chunks];
        var missing = 0;
        foreach (var step in steps)
        {
            var before = made.Count > 0 && step.OnParent ? made[^1] : ((TreeRoot Root, ChunkId[] Ids)?)null;
            if (step.NewChunks != 0)
            {
                history.Resize(ref ids, step.NewChunks);
                missing = step.MissingBytes;
            }

            history.Apply(ids, step.Edits);
            var shape = Trees.ShapeOfChunks(ids.Length, missing);
            var toSet = history.LeavesToSet(shape, ids, before);
            var root = await Trees.BuildAsync(store, shape, before?.Root, ids, toSet, step.MaxHeld);
            await CheckAsync(store, root, ids);
            await CheckDeterminismAsync(store, root, before, ids, toSet, random);
            foreach (var (other, otherIds) in made.TakeLast(2))
            {
                await CheckDifferenceAsync(store, (other, otherIds), (root, ids));
            }

            made.Add((root, [.. ids]));
        }

        foreach (var (root, expected) in made)
        {
            await CheckAsync(store, root, expected);
        }
    }

    private static async Task CheckAsync(MemoryNodeStore store, TreeRoot root, ChunkId[] ids)
    {
        Assert.Equal(ids, await Trees.ReadAsync(store, root));
        Assert.Equal(ids.All(id => id.IsZero), root.RootId.IsZero);
        var live = Enumerable.Range(0, (int)root.Shape.LeafCount).Select(i => (long)i)
            .Where(leaf => !Trees.LeafOf(root.Shape, ids, leaf).ToArray().All(id => id.IsZero));
        Assert.Equal(live, await Trees.NonZeroLeavesAsync(store, root));
        var count = await new ManifestTreeReader(store, root).CountNonZeroChunksAsync(default);
        Assert.Equal(ids.Count(id => !id.IsZero), count);
    }

    /// <summary>Another order, from several tasks, with folding or without: the same root.</summary>
    private static async Task CheckDeterminismAsync(
        MemoryNodeStore store,
        TreeRoot root,
        (TreeRoot Root, ChunkId[] Ids)? before,
        ChunkId[] ids,
        long[] toSet,
        Random random)
    {
        var shuffled = toSet.ToArray();
        random.Shuffle(shuffled);
        var parent = before is { } b ? new ManifestTreeReader(store, b.Root) : null;
        var builder = new ManifestTreeBuilder(store, root.Shape, parent, maxHeldLeaves: random.Next(2) * 1000);
        await Parallel.ForEachAsync(
            shuffled,
            new ParallelOptions { MaxDegreeOfParallelism = 4 },
            (leaf, token) => builder.SetLeafAsync(leaf, Trees.LeafOf(root.Shape, ids, leaf), token));
        Assert.Equal(root, await builder.CompleteAsync(default));
    }

    private static async Task CheckDifferenceAsync(
        MemoryNodeStore store, (TreeRoot Root, ChunkId[] Ids) left, (TreeRoot Root, ChunkId[] Ids) right)
    {
        var expected = ModelDifference(left, right);
        Assert.Equal(expected, await Trees.DifferAsync(store, left.Root, right.Root));
        Assert.Equal(expected, await Trees.DifferAsync(store, right.Root, left.Root));
    }

    private static List<Extent> ModelDifference(
        (TreeRoot Root, ChunkId[] Ids) left, (TreeRoot Root, ChunkId[] Ids) right)
    {
        var common = Math.Min(left.Root.Shape.VolumeBytes, right.Root.Shape.VolumeBytes);
        var end = Math.Max(left.Root.Shape.VolumeBytes, right.Root.Shape.VolumeBytes);
        var extents = new List<Extent>();
        for (var offset = 0L; offset < common; offset += Trees.ChunkSizeBytes)
        {
            var chunk = offset / Trees.ChunkSizeBytes;
            if (left.Ids[chunk] != right.Ids[chunk])
            {
                Add(offset, Math.Min(common, offset + Trees.ChunkSizeBytes));
            }
        }

        Add(common, end);
        return extents;

        void Add(long from, long to)
        {
            if (extents.Count > 0 && extents[^1].EndBytes == from)
            {
                from = extents[^1].OffsetBytes;
                extents.RemoveAt(extents.Count - 1);
            }

            if (to > from)
            {
                extents.Add(new Extent(from, to - from));
            }
        }
    }

    private sealed record Edit(double At, int Length, Fill Fill);

    private sealed record Step(int NewChunks, int MissingBytes, Edit[] Edits, bool OnParent, int MaxHeld);

    /// <summary>What happens to the volume between two backups.</summary>
    private sealed class History(Random random)
    {
        private long _next = 1000;

        public void Resize(ref ChunkId[] ids, int chunks)
        {
            var changed = Math.Min(chunks, ids.Length) - 1;
            Array.Resize(ref ids, chunks);

            // The chunk at the former end has another length now, so it cannot have the same id unless it is zeros.
            ids[changed] = ids[changed].IsZero ? ChunkId.Zero : Ids.Of(_next++);
            ids[^1] = ids[^1].IsZero ? ChunkId.Zero : Ids.Of(_next++);
        }

        public void Apply(ChunkId[] ids, Edit[] edits)
        {
            foreach (var edit in edits)
            {
                var start = (int)(edit.At * (ids.Length - 1));
                var uniform = Ids.Of(random.Next(1, 4));
                foreach (ref var id in ids.AsSpan(start, Math.Min(edit.Length, ids.Length - start)))
                {
                    id = edit.Fill switch
                    {
                        Fill.Zero => ChunkId.Zero,
                        Fill.Uniform => uniform,
                        Fill.OneOfFew => Ids.Of(random.Next(0, 4)),
                        _ => Ids.Of(_next++),
                    };
                }
            }
        }

        /// <summary>What changed, what must be set, and a few that did not change at all.</summary>
        public long[] LeavesToSet(TreeShape shape, ChunkId[] ids, (TreeRoot Root, ChunkId[] Ids)? before)
        {
            var old = before?.Root.Shape;
            return Trees.AllLeaves(shape).Where(MustBeSet).ToArray();

            bool MustBeSet(long leaf)
            {
                if (random.Next(50) == 0)
                {
                    return true;
                }

                var now = Trees.LeafOf(shape, ids, leaf).Span;
                if (old is not { } former || leaf >= former.LeafCount)
                {
                    return now.ContainsAnyExcept(ChunkId.Zero);
                }

                return former.ExtentOf(0, leaf) != shape.ExtentOf(0, leaf)
                    || !now.SequenceEqual(Trees.LeafOf(former, before!.Value.Ids, leaf).Span);
            }
        }
    }
}
