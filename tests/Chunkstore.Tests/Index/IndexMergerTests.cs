using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using CsCheck;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Index;

/// <summary>A merged segment says what the old ones said, and no more; damage is never merged away.</summary>
public sealed class IndexMergerTests : IDisposable
{
    private static readonly HashSet<PackId> None = [];

    private readonly SegmentPlace _place = new();

    public void Dispose() => _place.Dispose();

    [Fact]
    public void Any_segments_merge_to_the_union_of_their_entries()
    {
        var prefix = Gen.OneOf(
            Gen.UInt[0, 40].Select(value => (UInt128)value), Gen.ULong.Select(value => (UInt128)value << 64));
        var entry = Gen.Select(prefix, Gen.UInt[1, 6], Gen.UInt[0, 5]).Select(
            (id, pack, place) => new IndexEntry(id, pack, 64 + (place * 100), 90 + place, 4096));
        var segments = entry.Array[1, 60].Array[1, 9];
        var merged = 0;
        Gen.Select(segments, Gen.UInt[1, 8].HashSet[0, 2], Gen.Int[0, 5]).Sample(
            (all, leftOut, turn) =>
            {
                AssertUnionAsync(all, [.. leftOut.Select(pack => new PackId(pack))], turn).GetAwaiter().GetResult();
                Interlocked.Increment(ref merged);
            },
            iter: 150 * Counts.Times,
            threads: 1);
        Counts.Report("merges of random segments against a set in memory", merged);
    }

    [Fact]
    public async Task Many_entries_merge_in_parts_and_are_all_found()
    {
        var prefixes = SegmentPlace.Prefixes(120_000, seed: 1);
        var parts = new List<SegmentId>();
        foreach (var (pack, chunk) in prefixes.Chunk(30_000).Index())
        {
            parts.Add(await _place.WriteAsync([new PackId((uint)pack + 1)], Entries(chunk, (uint)pack + 1)));
        }

        var merged = await _place.Merger.MergeAsync(parts, None, CancellationToken.None);
        Assert.NotNull(merged);
        using var segment = _place.Open(merged.Value);
        Assert.Equal(prefixes.Length, segment.EntryCount);
        Assert.All(prefixes, prefix => Assert.True(segment.Contains(prefix, SplitBlockFilter.MaskOf(prefix))));
        Assert.DoesNotContain(SegmentPlace.Prefixes(20_000, seed: 2), Passes);

        bool Passes(UInt128 prefix) => segment.Contains(prefix, SplitBlockFilter.MaskOf(prefix));
    }

    [Fact]
    public async Task A_segment_merged_alone_is_the_same_but_for_its_name()
    {
        var first = await _place.WriteAsync([new PackId(3)], Entries(SegmentPlace.Prefixes(3000, seed: 3), 3));
        var second = await _place.Merger.MergeAsync([first], None, CancellationToken.None);
        Assert.Equal(Contents(first), Contents(second!.Value));

        byte[] Contents(SegmentId id) => File.ReadAllBytes(_place.FileOf(id))[128..^64];
    }

    [Fact]
    public async Task Nothing_is_published_where_no_entry_is_left()
    {
        var only = await _place.WriteAsync([new PackId(3)], Entries(SegmentPlace.Prefixes(10, seed: 4), 3));
        Assert.Null(await _place.Merger.MergeAsync([only], new HashSet<PackId> { new(3) }, CancellationToken.None));
        Assert.Equal([only], _place.Segments);
    }

    [Fact]
    public async Task Any_flipped_bit_of_a_segment_stops_its_merging()
    {
        var good = await _place.WriteAsync([new PackId(1)], Entries(SegmentPlace.Prefixes(30, seed: 5), 1));
        var bad = await _place.WriteAsync([new PackId(2)], Entries(SegmentPlace.Prefixes(30, seed: 6), 2));
        var bytes = File.ReadAllBytes(_place.FileOf(bad));
        var bits = 0;
        for (var bit = 0; bit < bytes.Length * 8; bit += Counts.Times > 1 ? 1 : 5, bits++)
        {
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
            File.WriteAllBytes(_place.FileOf(bad), bytes);
            await Assert.ThrowsAnyAsync<RepositoryException>(
                () => _place.Merger.MergeAsync([good, bad], None, CancellationToken.None));
            bytes[bit / 8] ^= (byte)(1 << (bit % 8));
        }

        Assert.Equal(2, _place.Segments.Count);
        Counts.Report("bits of a segment flipped before a merge", bits);
    }

    [Fact]
    public async Task A_segment_that_was_deleted_meanwhile_stops_its_merging()
    {
        var first = await _place.WriteAsync([new PackId(1)], Entries(SegmentPlace.Prefixes(30, seed: 7), 1));
        await Assert.ThrowsAsync<ObjectMissingException>(
            () => _place.Merger.MergeAsync([first, new SegmentId(5)], None, CancellationToken.None));
        Assert.Equal([first], _place.Segments);
    }

    [Fact]
    public async Task Segments_that_contradict_each_other_about_a_pack_are_left_alone()
    {
        var entries = Entries(SegmentPlace.Prefixes(5, seed: 8), 0);
        var writer = new IndexSegmentWriter(_place.Backend, SegmentPlace.RepositoryId, new(1));
        var line = SegmentPlace.Line(new PackId(1));
        foreach (var (i, length) in new[] { 100L, 101L }.Index())
        {
            var lines = new[] { line with { LengthBytes = length } };
            var id = new SegmentId((uint)i + 1);
            await writer.WriteAsync(id, lines, Sorted(entries), () => { }, CancellationToken.None);
        }

        await Assert.ThrowsAsync<CorruptDataException>(
            () => _place.Merger.MergeAsync(_place.Segments, None, CancellationToken.None));
        Assert.Equal(2, _place.Segments.Count);
    }

    private static IndexEntry[] Sorted(IEnumerable<IndexEntry> entries) =>
        [.. entries.Order(Comparer<IndexEntry>.Create(default(IndexEntryOrder).Compare))];

    private static IEnumerable<IndexEntry> Entries(UInt128[] prefixes, uint pack) =>
        prefixes.Select((prefix, i) => new IndexEntry(prefix, pack, (uint)(64 + i), 10, 20));

    private async Task AssertUnionAsync(IndexEntry[][] all, HashSet<PackId> leftOut, int turn)
    {
        foreach (var id in _place.Segments)
        {
            File.Delete(_place.FileOf(id));
        }

        foreach (var entries in all)
        {
            // The tables of different segments have their packs in different orders.
            var packs = entries.Select(entry => entry.Pack).Distinct().OrderBy(pack => (pack + turn) % 7);
            await _place.WriteAsync([.. packs.Select(pack => new PackId(pack))], entries);
        }

        var merged = await _place.Merger.MergeAsync(_place.Segments, leftOut, CancellationToken.None);
        var wanted = Sorted(all.SelectMany(entries => entries).Distinct()
            .Where(entry => !leftOut.Contains(new PackId(entry.Pack))));
        Assert.Equal(wanted, merged is { } id2 ? _place.EntriesOf(id2) : []);
        Assert.Equal(wanted.Length == 0, merged is null);
    }
}
