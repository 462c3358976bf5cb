using System.ComponentModel;
using BackupEngine.Benchmarks.Running;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;
using BenchmarkDotNet.Attributes;

namespace BackupEngine.Benchmarks.Index;

/// <summary>
/// Whether a chunk is in the repository: one segment of millions of entries, mapped, in the page cache.
/// </summary>
[Description("ceiling: a miss is one line of the filter from memory, about 0.1 us; a hit one or two lines more")]
public class HowLongDoesALookupTake
{
    private const int Lookups = 4096;

    private readonly TemporaryPlace _place = new();
    private LocalDirectoryBackend? _backend;
    private IndexSegment? _segment;
    private UInt128[] _known = [];
    private UInt128[] _strangers = [];

    public static IEnumerable<int> EntryCounts => [Scale.IndexEntries];

    [ParamsSource(nameof(EntryCounts))]
    public int Entries { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        var all = Prefixes(Entries + Lookups, seed: 1);
        _strangers = all[Entries..];
        _known = all[..Lookups];
        _backend = new LocalDirectoryBackend(_place.Path);
        _backend.Initialize();
        _segment = await WriteAsync(_backend, all[..Entries]);
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        _segment?.Dispose();
        _backend?.Dispose();
        _place.Dispose();
    }

    [Benchmark(Description = "hit", OperationsPerInvoke = Lookups)]
    public int Hit() => _known.Count(Contains);

    [Benchmark(Description = "miss", OperationsPerInvoke = Lookups)]
    public int Miss() => _strangers.Count(Contains);

    private bool Contains(UInt128 prefix) => _segment!.Contains(prefix, SplitBlockFilter.MaskOf(prefix));

    private static UInt128[] Prefixes(int count, int seed)
    {
        var random = new Random(seed);
        ulong Next() => (ulong)random.NextInt64() << 1;
        return [.. Enumerable.Range(0, count).Select(_ => new UInt128(Next(), Next()))];
    }

    private static async Task<IndexSegment> WriteAsync(IRepositoryBackend backend, UInt128[] prefixes)
    {
        var repository = Guid.Empty;
        var id = new SegmentId(1);
        var entries = prefixes.Select((prefix, i) => new IndexEntry(prefix, 0, (uint)i, 10, 20)).ToArray();
        entries.AsSpan().Sort(default(IndexEntryOrder));
        var pack = new IndexPack(new PackId(5), PackType.Data, (uint)entries.Length, 1000, default);
        var writer = new IndexSegmentWriter(backend, repository, new SessionId(1));
        await writer.WriteAsync(id, [pack], entries, static () => { }, CancellationToken.None);
        return IndexSegment.Open(backend, id, repository);
    }
}
