using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Backends;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.Repositories;

/// <summary>
/// The order in which a backup reaches the disk is the safety argument; here it is read off the calls.
/// </summary>
public sealed class CommitOrderTests : IDisposable
{
    private readonly TemporaryDirectory _directory = TemporaryDirectory.InMemory();

    public void Dispose() => _directory.Dispose();

    [Fact]
    public async Task Session_first_then_packs_then_index_then_manifest_then_the_end_of_the_session()
    {
        var path = _directory.Sub("repository");
        Repository.Create(path, new RepositoryOptions { ChunkSizeBytes = 4096 }).Dispose();
        var files = new RecordingFileSystem(new LinuxFileSystem());
        using var repository = Repository.Open(new LocalDirectoryBackend(path, files), TimeProvider.System);
        var volume = TestVolume.Mixed(4096, 200, seed: 1);
        await using (var writer = repository.BeginBackup(volume.Options("one") with { CheckpointChunks = 60 }))
        {
            await volume.BackUpAsync(repository, writer);
        }

        var calls = files.Calls.Select(call => call.Replace(path + "/", "", StringComparison.Ordinal)).ToList();
        var session = calls.FindIndex(call => call.Contains(" sessions/", StringComparison.Ordinal));
        var firstPack = calls.FindIndex(call => call.Contains(" packs/", StringComparison.Ordinal));
        var firstSegment = calls.FindIndex(call => call.Contains(" index/", StringComparison.Ordinal));
        var lastSegment = calls.FindLastIndex(call => call.Contains(" index/", StringComparison.Ordinal));
        var manifest = calls.FindIndex(call => call.Contains(" manifests/", StringComparison.Ordinal));
        var end = calls.FindIndex(call => call.StartsWith("unlink sessions/", StringComparison.Ordinal));
        Assert.Equal("fsync sessions", calls[session + 1]);
        Assert.Equal("fsync index", calls[lastSegment + 1]);
        Assert.Equal("fsync manifests", calls[manifest + 1]);
        Assert.True(session < firstPack && firstPack < firstSegment && lastSegment < manifest && manifest < end);
        AssertFlushedBefore(calls, "packs/", lastSegment);
        AssertEveryRenameFollowsItsFlush(calls);
    }

    /// <summary>
    /// A segment of another writer can be seen before its name is durable, and what is in it is not stored again.
    /// </summary>
    [Fact]
    public async Task A_backup_that_stores_nothing_itself_makes_the_index_durable_that_it_relies_on()
    {
        var path = _directory.Sub("repository");
        var volume = TestVolume.Mixed(4096, 200, seed: 1);
        using (var other = Repository.Create(path, new RepositoryOptions { ChunkSizeBytes = 4096 }))
        {
            await volume.BackUpAsync(other, "one");
        }

        var files = new RecordingFileSystem(new LinuxFileSystem());
        using var repository = Repository.Open(new LocalDirectoryBackend(path, files), TimeProvider.System);
        await volume.BackUpAsync(repository, "two");
        var calls = files.Calls.Select(call => call.Replace(path + "/", "", StringComparison.Ordinal)).ToList();
        Assert.DoesNotContain(calls, call => call.Contains(" index/", StringComparison.Ordinal));
        var manifest = calls.FindIndex(call => call.Contains(" manifests/", StringComparison.Ordinal));
        Assert.InRange(calls.IndexOf("fsync index"), 0, manifest - 1);
    }

    /// <summary>
    /// Each pack's directory is flushed after its rename and before the last index segment gets its name.
    /// </summary>
    private static void AssertFlushedBefore(List<string> calls, string prefix, int limit)
    {
        var renames = calls.Index().Where(call => call.Item.Contains(" " + prefix, StringComparison.Ordinal)
            && call.Item.StartsWith("rename", StringComparison.Ordinal)).ToList();
        Assert.NotEmpty(renames);
        foreach (var (index, call) in renames)
        {
            var directory = Path.GetDirectoryName(call.Split(' ')[2])!;
            var flush = calls.FindIndex(index, later => later == $"fsync {directory}");
            Assert.InRange(flush, index + 1, limit - 1);
        }
    }

    private static void AssertEveryRenameFollowsItsFlush(List<string> calls)
    {
        foreach (var (index, call) in calls.Index().Where(
            call => call.Item.StartsWith("rename", StringComparison.Ordinal)))
        {
            var source = call.Split(' ')[1];
            var lastTouch = calls.FindLastIndex(index - 1, earlier => earlier.Split(' ')[1] == source);
            Assert.Equal($"fdatasync {source}", calls[lastTouch]);
        }
    }
}
