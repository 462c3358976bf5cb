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
/// The chunks of a batch in an index of several segments, half of them known: as they come, which is what a backup
/// does, and sorted first, so that filters and entries are gone through from front to back.
/// </summary>
[Description(
    "ceiling: a line of the filter from memory for each segment and chunk; sorting pays where it makes them near")]
public class WhatDoesTheOrderOfABatchGain
{
    private const int Lookups = 1 << 14;
    private const int Segments = 8;

    private readonly TemporaryPlace _place = new();
    private LocalDirectoryBackend? _backend;
    private IndexView? _view;
    private UInt128[] _wanted = [];
    private UInt128[] _batch = [];

    public static IEnumerable<int> EntryCounts => [Scale.IndexEntries];

    [ParamsSource(nameof(EntryCounts))]
    public int Entries { get; set; }

    /// <summary>Chunks looked up together: those of 1 MiB with 64 KiB and with 4 KiB each, and many.</summary>
    [Params(16, 256, Lookups)]
    public int Batch { get; set; }

    [GlobalSetup]
    public async Task Setup()
    {
        _backend = new LocalDirectoryBackend(_place.Path);
        _backend.Initialize();
        var random = new Random(1);
        var all = Prefixes(random, Entries);
        var each = Entries / Segments;
        var segments = new List<IndexSegment>();
        for (var i = 0; i < Segments; i++)
        {
            segments.Add(await WriteAsync(_backend, new SegmentId((ulong)i + 1), all[(i * each)..((i + 1) * each)]));
        }

        _view = new IndexView(segments);
        _wanted = [.. random.GetItems(all, Lookups / 2), .. Prefixes(random, Lookups / 2)];
        random.Shuffle(_wanted);
        _batch = new UInt128[Batch];
    }

    [GlobalCleanup]
    public void Cleanup()
    {
        foreach (var segment in _view?.Segments ?? [])
        {
            segment.Dispose();
        }

        _backend?.Dispose();
        _place.Dispose();
    }

    [Benchmark(Description = "as they come", Baseline = true, OperationsPerInvoke = Lookups)]
    public int AsTheyCome() => LookUp(sort: false);

    [Benchmark(Description = "sorted first", OperationsPerInvoke = Lookups)]
    public int Sorted() => LookUp(sort: true);

    private int LookUp(bool sort)
    {
        var known = 0;
        for (var first = 0; first < Lookups; first += Batch)
        {
            _wanted.AsSpan(first, Batch).CopyTo(_batch);
            if (sort)
            {
                _batch.AsSpan().Sort();
            }

            foreach (var prefix in _batch)
            {
                known += _view!.Contains(prefix) ? 1 : 0;
            }
        }

        return known;
    }

    private static UInt128[] Prefixes(Random random, int count)
    {
        ulong Next() => (ulong)random.NextInt64() << 1;
        return [.. Enumerable.Range(0, count).Select(_ => new UInt128(Next(), Next()))];
    }

    private static async Task<IndexSegment> WriteAsync(IRepositoryBackend backend, SegmentId id, UInt128[] prefixes)
    {
        var entries = prefixes.Select((prefix, i) => new IndexEntry(prefix, 0, (uint)i, 10, 20)).ToArray();
        entries.AsSpan().Sort(default(IndexEntryOrder));
        var pack = new IndexPack(new PackId(5), PackType.Data, (uint)entries.Length, 1000, default);
        var writer = new IndexSegmentWriter(backend, Guid.Empty, new SessionId(1));
        await writer.WriteAsync(id, [pack], entries, static () => { }, CancellationToken.None);
        return IndexSegment.Open(backend, id, Guid.Empty);
    }
}
