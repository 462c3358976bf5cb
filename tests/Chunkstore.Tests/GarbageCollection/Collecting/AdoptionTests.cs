using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Collection;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Tests.Backends;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Collecting;

/// <summary>
/// A collector fails, or dies, at every call that changes the disk, one after another. Another one finishes what it has
/// begun, whatever that is: every backup restores, and all garbage goes.
/// </summary>
public sealed class AdoptionTests(ITestOutputHelper output)
{
    private const int Kept = 60;

    [Theory]
    [InlineData(false, false, 5)]
    [InlineData(false, true, 5)]
    [InlineData(true, false, 5)]
    [InlineData(true, false, 28)]
    public async Task Another_collector_goes_on_after_a_failure_of_any_call(bool dies, bool done, int errno)
    {
        for (var call = 1; ; call++)
        {
            using var store = new CollectedRepository();
            await FillAsync(store);
            var files = new FaultyFileSystem(new LinuxFileSystem())
            {
                FailingCall = call,
                FailsForGood = dies,
                Errno = errno,
                Mode = done ? FaultMode.Done : FaultMode.Refused,
            };
            await TryCollectAsync(store, files);
            await store.AssertIntactAsync();

            // The first one finishes and ends who is silent; packs that its session could own go with the second one.
            await store.CollectAsync(new CollectOptions { FenceAfter = TimeSpan.Zero });
            await store.AssertIntactAsync();
            await store.CollectAsync(new CollectOptions { FenceAfter = TimeSpan.Zero });
            await store.AssertIntactAsync();
            var bytes = store.Packs.Sum(pack => new FileInfo(pack).Length);
            Assert.True(bytes < (Kept + 20) * CollectedRepository.ChunkSize, $"{bytes} bytes after {files.FailedCall}");
            if (files.FailedCall is null)
            {
                Assert.True(call > 30, "a collection changes the disk more often than that");
                output.WriteLine($"{call} calls");
                Counts.Report("failing calls of a collector", call - 1, $"errno {errno}");
                return;
            }
        }
    }

    /// <summary>A backup, a sparse rest of another one, packs that are wholly dead, and packs of nobody.</summary>
    private static async Task FillAsync(CollectedRepository store)
    {
        var all = CollectedRepository.Random(120, seed: 1);
        await store.BackUpAsync("all", all);
        var some = all.Bytes.Chunk(CollectedRepository.ChunkSize).Where((_, i) => i % 6 == 0);
        await store.BackUpAsync(
            "some", new TestVolume(CollectedRepository.ChunkSize, [.. some.SelectMany(chunk => chunk)]));
        await store.BackUpAsync("dead", CollectedRepository.Random(60, seed: 2));
        await store.BackUpAsync("kept", CollectedRepository.Random(40, seed: 3));
        store.Delete("all");
        store.Delete("dead");
    }

    private static async Task TryCollectAsync(CollectedRepository store, FaultyFileSystem files)
    {
        try
        {
            using var repository = store.OpenAgain(files);
            await repository.CollectAsync(new CollectOptions(), progress: null, CancellationToken.None);
        }
        catch (RepositoryException)
        {
            Assert.NotNull(files.FailedCall);
        }
    }
}
