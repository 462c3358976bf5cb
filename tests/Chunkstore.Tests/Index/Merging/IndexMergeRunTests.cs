using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Index.Merging;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Tests.Backends;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Index.Merging;

/// <summary>Merging as a session: nothing is ever missing, whatever happens meanwhile.</summary>
public sealed class IndexMergeRunTests : IDisposable
{
    private const int PerSegment = 40;

    private readonly SegmentPlace _place = new();
    private UInt128[] _prefixes = [];

    public void Dispose() => _place.Dispose();

    [Fact]
    public async Task Eight_segments_become_one_that_has_everything()
    {
        await WriteAsync(9);
        var report = await RunAsync();
        Assert.Equal((9, 1, 1), (report.SegmentsBefore, report.SegmentsAfter, report.Merges));
        Assert.Equal(_prefixes.Length, report.EntriesMerged);
        Assert.Empty(report.Warnings);
        AssertAllThere();
        Assert.Empty(_place.Backend.List(ObjectKind.Session));
        Assert.Empty(_place.Backend.ListTemporaryOwners());
    }

    [Fact]
    public async Task Seven_segments_stay_and_no_session_is_registered()
    {
        await WriteAsync(7);
        var before = _place.Segments;
        Assert.Equal(0, (await RunAsync()).Merges);
        Assert.Equal(before, _place.Segments);
    }

    [Fact]
    public async Task A_reader_goes_on_with_its_old_view()
    {
        await WriteAsync(8);
        var catalog = new IndexCatalog(_place.Backend, SegmentPlace.RepositoryId);
        catalog.Use();
        catalog.Refresh();
        var view = catalog.View;
        await RunAsync();
        catalog.Refresh();
        Assert.Single(catalog.View.Segments);
        Assert.All(_prefixes, prefix => Assert.True(view.Contains(prefix) && catalog.View.Contains(prefix)));
        catalog.Release();
        catalog.Release();
    }

    [Fact]
    public async Task Mergers_at_once_lose_nothing()
    {
        const int Mergers = 4;
        for (var round = 0; round < 5 * Counts.Times; round++)
        {
            await WriteAsync(10);
            await Task.WhenAll(Enumerable.Range(0, Mergers).Select(_ => Task.Run(() => RunAsync())));
            AssertAllThere();
        }

        Counts.Report("rounds of four mergers at once", 5L * Counts.Times);
    }

    [Theory]
    [InlineData(FaultMode.Refused, true)]
    [InlineData(FaultMode.Refused, false)]
    [InlineData(FaultMode.Done, true)]
    [InlineData(FaultMode.Done, false)]
    internal async Task Whatever_call_fails_no_entry_is_missing(FaultMode mode, bool forGood)
    {
        var failures = 0;
        for (var call = 1; ; call++)
        {
            await WriteAsync(8);
            var files = new FaultyFileSystem(new LinuxFileSystem())
            {
                FailingCall = call,
                FailsForGood = forGood,
                Mode = mode,
            };
            using (var backend = new LocalDirectoryBackend(_place.Path, files))
            {
                try
                {
                    await RunAsync(backend);
                }
                catch (RepositoryException)
                {
                    failures++;
                }
            }

            AssertAllThere();
            if (files.Calls < call)
            {
                break;
            }

            // The next one completes what this one left, and leaves each entry once.
            await RunAsync();
            AssertAllThere();
        }

        Assert.True(failures > 5, $"only {failures} calls failed");
        Counts.Report("calls of a merge that failed", failures, $"{mode}, for good: {forGood}");
    }

    [Fact]
    public async Task A_damaged_segment_is_left_alone_and_told()
    {
        await WriteAsync(8);
        var damaged = _place.FileOf(_place.Segments[3]);
        var bytes = File.ReadAllBytes(damaged);
        bytes[^100] ^= 4;
        File.WriteAllBytes(damaged, bytes);
        var report = await RunAsync();
        Assert.Equal(0, report.Merges);
        Assert.Contains(damaged, Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.Equal(8, _place.Segments.Count);
        Assert.Equal(bytes, File.ReadAllBytes(damaged));
    }

    [Theory]
    [InlineData(1)]
    [InlineData(2)]
    public async Task Nothing_is_merged_while_packs_are_condemned(int from)
    {
        await WriteAsync(8);
        var asked = 0;
        var report = await RunAsync(isCollecting: () => ++asked >= from);
        Assert.Equal(0, report.Merges);
        Assert.Contains("garbage collection", Assert.Single(report.Warnings), StringComparison.Ordinal);
        Assert.Equal(8, _place.Segments.Count);
        Assert.Empty(_place.Backend.ListTemporaryOwners());
    }

    [Fact]
    public async Task A_merger_that_was_ended_by_another_publishes_nothing()
    {
        await WriteAsync(8);
        var sessions = new SessionRegistry(_place.Backend, TimeProvider.System);
        await Assert.ThrowsAsync<RepositoryException>(() => RunAsync(isCollecting: () =>
        {
            sessions.List().ToList().ForEach(session => sessions.Remove(session.Id));
            return false;
        }));
        Assert.Equal(8, _place.Segments.Count);
        AssertAllThere();
    }

    [Fact]
    public async Task A_merge_that_is_too_large_for_now_waits()
    {
        await WriteAsync(8);
        var options = new IndexMergeOptions { MaximumEntries = (8 * PerSegment) - 1 };
        Assert.Equal(0, (await IndexMergeRun.RunAsync(Parts(_place.Backend), options, CancellationToken.None)).Merges);
    }

    private Task<IndexMergeReport> RunAsync(IRepositoryBackend? backend = null, Func<bool>? isCollecting = null) =>
        IndexMergeRun.RunAsync(
            Parts(backend ?? _place.Backend, isCollecting), new IndexMergeOptions(), CancellationToken.None);

    private static IndexMergeParts Parts(IRepositoryBackend backend, Func<bool>? isCollecting = null) => new()
    {
        Backend = backend,
        Catalog = new IndexCatalog(backend, SegmentPlace.RepositoryId),
        RepositoryId = SegmentPlace.RepositoryId,
        Sessions = new SessionRegistry(backend, TimeProvider.System),
        Ids = new SortableId(TimeProvider.System),
        IsCollecting = isCollecting ?? (() => false),
    };

    /// <summary>Begins anew, with so many segments.</summary>
    private async Task WriteAsync(int segments)
    {
        foreach (var old in _place.Segments)
        {
            File.Delete(_place.FileOf(old));
        }

        _prefixes = SegmentPlace.Prefixes(segments * PerSegment, seed: segments);
        foreach (var (i, part) in _prefixes.Chunk(PerSegment).Index())
        {
            var pack = (uint)i + 1;
            await _place.WriteAsync(
                [new PackId(pack)], part.Select(prefix => new IndexEntry(prefix, pack, 64, 10, 20)));
        }
    }

    private void AssertAllThere()
    {
        var found = _place.Segments.SelectMany(_place.EntriesOf).Select(entry => entry.Prefix).ToHashSet();
        Assert.True(found.SetEquals(_prefixes), $"{_prefixes.Except(found).Count()} entries are missing");
    }
}
