using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Index.Merging;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Benchmarks.IndexScale;

/// <summary>Writes an index of any size, in segments as backups and merging would leave them.</summary>
internal sealed class ScaleIndex(IRepositoryBackend backend, Guid repositoryId, ulong seed)
{
    private const int ChunksPerPack = 1024;

    private readonly SortableId _ids = new(TimeProvider.System);

    /// <summary>The sizes of the segments after backups of so many chunks in all.</summary>
    public static IReadOnlyList<long> Layout(long chunks)
    {
        var sizes = new List<SegmentSize>();
        var ids = 0u;
        for (var left = chunks; left > 0; left -= IndexMergePolicy.SmallEntries)
        {
            sizes.Add(Size(Math.Min(left, IndexMergePolicy.SmallEntries)));
            for (var group = Next(); group.Count > 0; group = Next())
            {
                var merged = sizes.Where(size => group.Contains(size.Id)).Sum(size => size.Entries);
                sizes.RemoveAll(size => group.Contains(size.Id));
                sizes.Add(Size(merged));
            }
        }

        return [.. sizes.Select(size => size.Entries)];

        SegmentSize Size(long entries) => new(new SegmentId(++ids), entries, 1);

        IReadOnlyList<SegmentId> Next() =>
            IndexMergePolicy.Choose(sizes, IndexMergeOptions.AfterBackup.MaximumEntries);
    }

    /// <summary>Writes segments, and answers with some of the ids that are in them, in random order.</summary>
    public async Task<UInt128[]> WriteAsync(IReadOnlyList<long> sizes, int samples)
    {
        var every = (int)Math.Max(1, sizes.Sum() / samples);
        var known = new List<UInt128>();
        foreach (var (i, entries) in sizes.Index())
        {
            var packs = (int)((entries + ChunksPerPack - 1) / ChunksPerPack);
            var source = new UniformEntries(entries, packs, seed + ((ulong)i << 40), every);
            var writer = new IndexSegmentWriter(backend, repositoryId, new SessionId(1));
            var lines = Enumerable.Range(1, packs).Select(pack => Line(i, pack)).ToArray();
            await writer.WriteAsync(
                new SegmentId(_ids.Next()), lines, source, mayPublish: null, CancellationToken.None);
            known.AddRange(source.Sample);
        }

        var shuffled = known.ToArray();
        new Random((int)seed).Shuffle(shuffled);
        return shuffled;
    }

    private static IndexPack Line(int segment, int pack) => new(
        new PackId(((UInt128)(uint)segment << 64) | (uint)pack),
        PackType.Data,
        ChunksPerPack,
        64 << 20,
        new ChunkId(new byte[32]));
}
