using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Tests.Backends;
using BackupEngine.Chunkstore.Tests.CrashSafety.Disk;
using BackupEngine.Chunkstore.Tests.Encryption;
using BackupEngine.Chunkstore.Tests.Repositories;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>
/// Every call of a run fails, one after another, the work goes on as far as it can, and then the power is lost: what
/// was promised holds, and what could not be flushed was never flushed again.
/// </summary>
public sealed class FaultAndLossTests
{
    private static readonly TestVolume Volume = TestVolume.Mixed(CrashRun.ChunkSize, 6, seed: 1);
    private static readonly TestVolume Other = TestVolume.Mixed(CrashRun.ChunkSize, 6, seed: 2);

    [Theory]
    [InlineData(Errno.InputOutput, false, 0)]
    [InlineData(Errno.InputOutput, false, 1)]
    [InlineData(Errno.InputOutput, false, 2)]
    [InlineData(Errno.NoSpace, true, 2)]
    public async Task A_call_fails_and_then_the_power_is_lost(int errno, bool forGood, int mode)
    {
        var states = 0L;
        for (var call = 1; ; call++)
        {
            FaultyFileSystem? files = null;
            var run = new CrashRun(disk => files ??= new FaultyFileSystem(disk)
            {
                FailingCall = call,
                FailsForGood = forGood,
                Errno = errno,
                Mode = (FaultMode)mode,
            });
            run.Secrets.Add("first", TestKeys.File(1));
            await WorkAsync(run);
            if (files?.FailedCall is null)
            {
                break;
            }

            Assert.True(forGood || files.RepeatedFlush is null, $"flushed again: {files.RepeatedFlush}");
            var exploration = new CrashExploration(run, call) { MaximumStates = 3 };
            await exploration.RunAtEndAsync();
            states += exploration.Checked;
        }

        Counts.Report($"crash states after a failed call (errno {errno}, mode {mode})", states);
        Assert.True(states > 50, "there are more calls than that");
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task A_read_that_fails_or_is_short_is_an_error_or_makes_no_difference(bool isShort)
    {
        var run = new CrashRun();
        using (var repository = run.Create())
        {
            await run.BackUpAsync(repository, "one", Volume);
        }

        for (var read = 1; ; read++)
        {
            var files = new FaultyReads(run.Disk, read, isShort);
            try
            {
                using var repository = Repository.Open(
                    new LocalDirectoryBackend(CrashRun.Root, files), TimeProvider.System);
                await Volume.AssertRestoresAsync(repository, "one");
            }
            catch (RepositoryException)
            {
                Assert.True(files.HasFailed, "an error that nobody injected");
            }

            if (!files.HasFailed)
            {
                Assert.True(read > 3, "a restore reads more often than that");
                return;
            }
        }
    }

    /// <summary>Each step is tried, whatever became of those before: what failed may be there or not.</summary>
    private static async Task WorkAsync(CrashRun run)
    {
        await TryAsync(async () =>
        {
            using var repository = run.Create("first");
            await TryAsync(() => run.BackUpAsync(repository, "one", Volume));
            await TryAsync(() => run.BackUpAsync(repository, "two", Other));
            await TryAsync(() =>
            {
                run.Delete(repository, "one");
                return Task.CompletedTask;
            });
            await TryAsync(() =>
            {
                repository.KeyRing.Add(TestKeys.File(2), new KeySlotOptions());
                return Task.CompletedTask;
            });
            await TryAsync(() => run.BackUpAsync(repository, "three", Volume));
        });
    }

    private static async Task TryAsync(Func<Task> step)
    {
        try
        {
            await step();
        }
        catch (RepositoryException)
        {
            // Any other exception is a failure of the test.
        }
    }
}
