using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Tests.Index;

/// <summary>A repository that has nothing but an index.</summary>
internal sealed class SegmentPlace : IDisposable
{
    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();

    public SegmentPlace()
    {
        Backend = new LocalDirectoryBackend(_directory.Path);
        Backend.Initialize();
    }

    public static Guid RepositoryId { get; } = new("0f0e0d0c-0b0a-0908-0706-050403020100");

    public LocalDirectoryBackend Backend { get; }

    public SortableId Ids { get; } = new(TimeProvider.System);

    public IndexMerger Merger => new(Backend, RepositoryId, new SessionId(1), Ids);

    public IReadOnlyList<SegmentId> Segments =>
        [.. Backend.List(ObjectKind.Index).Select(info => SegmentId.TryParse(info.Name, out var id) ? id : default)];

    public string Path => _directory.Path;

    public string FileOf(SegmentId id) => System.IO.Path.Combine(_directory.Sub("index"), id.ToString());

    public IndexSegment Open(SegmentId id) => IndexSegment.Open(Backend, id, RepositoryId);

    /// <summary>Writes a segment; the packs of the entries are ids, and become lines in the order given.</summary>
    public async Task<SegmentId> WriteAsync(IReadOnlyList<PackId> packs, IEnumerable<IndexEntry> entries)
    {
        var lines = packs.Select(pack => pack.Value).ToList();
        var sorted = entries.Select(entry => entry with { Pack = (uint)lines.IndexOf(entry.Pack) }).ToArray();
        sorted.AsSpan().Sort(default(IndexEntryOrder));
        var id = new SegmentId(Ids.Next());
        var writer = new IndexSegmentWriter(Backend, RepositoryId, new SessionId(1));
        await writer.WriteAsync(id, [.. packs.Select(Line)], sorted, () => { }, CancellationToken.None);
        return id;
    }

    /// <summary>The pack table's line of a pack.</summary>
    public static IndexPack Line(PackId pack) =>
        new(pack, PackType.Data, 7, 1000 + (long)pack.Value, new ChunkId(new byte[32]));

    /// <summary>The entries of a segment, with ids of packs in place of lines.</summary>
    public List<IndexEntry> EntriesOf(SegmentId id)
    {
        using var segment = Open(id);
        var entries = new List<IndexEntry>();
        for (var position = 0L; position < segment.EntryCount; position++)
        {
            var entry = segment.EntryAt(position);
            entries.Add(entry with { Pack = (uint)segment.PackAt((int)entry.Pack).PackId.Value });
        }

        return entries;
    }

    /// <summary>Uniform prefixes, the same for the same seed.</summary>
    public static UInt128[] Prefixes(int count, int seed)
    {
        var random = new Random(seed);
        ulong Next() => (ulong)random.NextInt64() << 1;
        return [.. Enumerable.Range(0, count).Select(_ => new UInt128(Next(), Next()))];
    }

    public void Dispose()
    {
        Backend.Dispose();
        _directory.Dispose();
    }
}
