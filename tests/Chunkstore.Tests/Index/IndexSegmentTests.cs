using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Index;

/// <summary>A segment finds what was put in, nothing else, and with few probes.</summary>
public sealed class IndexSegmentTests : IDisposable
{
    private static readonly Guid RepositoryId = Guid.NewGuid();
    private static readonly SegmentId Id = new(99);

    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();
    private readonly LocalDirectoryBackend _backend;

    public IndexSegmentTests()
    {
        _backend = new LocalDirectoryBackend(_directory.Path);
        _backend.Initialize();
    }

    public void Dispose()
    {
        _backend.Dispose();
        _directory.Dispose();
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    [InlineData(1000)]
    [InlineData(200_000)]
    public async Task What_was_put_in_is_found_and_strangers_are_not(int count)
    {
        var entries = Entries(Uniform(count, seed: 1));
        using var segment = await WriteAsync(entries);
        Assert.Equal(count, segment.EntryCount);
        foreach (var entry in entries)
        {
            var mask = SplitBlockFilter.MaskOf(entry.Prefix);
            Assert.True(segment.TryFind(entry.Prefix, mask, 0, out var position, out var location));
            Assert.Equal(entry, segment.EntryAt(position));
            Assert.Equal(entry.Offset, location.Offset);
        }

        Assert.DoesNotContain(Uniform(20_000, seed: 2), prefix => Contains(segment, prefix));
    }

    [Fact]
    public void Any_distribution_of_prefixes_is_searched_right() => Gen.OneOf(
            Gen.UInt.Select(value => (UInt128)value),
            Gen.ULong.Select(value => (UInt128)value << 64),
            Gen.UInt[0, 40].Select(value => UInt128.MaxValue - value),
            Gen.UInt[0, 40].Select(value => (UInt128)value))
        .Array[1, 300]
        .Sample(prefixes =>
        {
            var entries = Entries([.. prefixes]);
            foreach (var file in Directory.EnumerateFiles(_directory.Sub("index")))
            {
                File.Delete(file);
            }

            using var segment = WriteAsync(entries).Result;
            var known = prefixes.ToHashSet();
            return known.All(prefix => Contains(segment, prefix))
                && known.SelectMany(prefix => new[] { prefix + 1, prefix - 1 })
                    .All(prefix => known.Contains(prefix) || !Contains(segment, prefix));
        },
        iter: 200,
        threads: 1);

    [Fact]
    public async Task Equal_prefixes_are_found_one_after_another()
    {
        var prefixes = Uniform(1000, seed: 3);
        using var segment = await WriteAsync(Entries([.. prefixes, .. prefixes, .. prefixes]));
        var view = new IndexView([segment]);
        foreach (var prefix in prefixes)
        {
            var cursor = default(IndexCursor);
            var offsets = new HashSet<long>();
            while (view.TryFindNext(prefix, ref cursor, out var location))
            {
                offsets.Add(location.Offset);
            }

            Assert.Equal(3, offsets.Count);
        }
    }

    [Fact]
    public void The_filter_lets_at_most_one_in_a_hundred_strangers_through()
    {
        const int Keys = 100_000;
        var blocks = SplitBlockFilter.BlocksFor(Keys);
        var filter = new byte[blocks * SplitBlockFilter.BlockBytes];
        foreach (var prefix in Uniform(Keys, seed: 4))
        {
            SplitBlockFilter.Add(Block(prefix), prefix);
        }

        Assert.All(Uniform(Keys, seed: 4), prefix => Assert.True(MayContain(prefix)));
        var passed = Uniform(Keys, seed: 5).Count(prefix => MayContain(prefix));
        Assert.InRange(passed, 0, Keys / 100);

        bool MayContain(UInt128 prefix) =>
            SplitBlockFilter.MayContain(Block(prefix), SplitBlockFilter.MaskOf(prefix));

        Span<byte> Block(UInt128 prefix) =>
            filter.AsSpan(SplitBlockFilter.BlockOf(prefix, blocks) * SplitBlockFilter.BlockBytes);
    }

    [Fact]
    public async Task A_lookup_reads_about_one_page_of_entries()
    {
        const int PageBytes = 4096;
        var prefixes = Uniform(1_000_000, seed: 6);
        using var segment = await WriteAsync(Entries(prefixes));
        var counting = new PageCounter(segment);
        foreach (var prefix in prefixes[..50_000])
        {
            counting.Begin();
            Assert.True(InterpolationSearch.FindFirst(counting, segment.RangeOf(prefix), prefix) >= 0);
        }

        var pages = counting.Pages / 50_000.0;
        Assert.True(pages < 1.25, $"{pages} pages of {PageBytes} bytes for each hit");

        counting.Pages = 0;
        foreach (var prefix in Uniform(50_000, seed: 7))
        {
            counting.Begin();
            Assert.True(InterpolationSearch.FindFirst(counting, segment.RangeOf(prefix), prefix) < 0);
        }

        pages = counting.Pages / 50_000.0;
        Assert.True(pages < 1.25, $"{pages} pages for each stranger that the filter lets through");
    }

    private static bool Contains(IndexSegment segment, UInt128 prefix) =>
        segment.Contains(prefix, SplitBlockFilter.MaskOf(prefix));

    private static UInt128[] Uniform(int count, int seed)
    {
        var random = new Random(seed);
        ulong Next() => (ulong)random.NextInt64() << 1;
        return [.. Enumerable.Range(0, count).Select(_ => new UInt128(Next(), Next()))];
    }

    private static IndexEntry[] Entries(UInt128[] prefixes)
    {
        var entries = prefixes.Select((prefix, i) => new IndexEntry(prefix, 0, (uint)(64 + i), 10, 20)).ToArray();
        entries.AsSpan().Sort(default(IndexEntryOrder));
        return entries;
    }

    private async Task<IndexSegment> WriteAsync(IndexEntry[] entries)
    {
        var writer = new IndexSegmentWriter(_backend, RepositoryId, new SessionId(1));
        var pack = new IndexPack(new PackId(5), PackType.Data, (uint)entries.Length, 1000, default);
        var length = await writer.WriteAsync(Id, [pack], entries, () => { }, CancellationToken.None);
        var segment = IndexSegment.Open(_backend, Id, RepositoryId);
        Assert.Equal(length, segment.LengthBytes);
        return segment;
    }
}
