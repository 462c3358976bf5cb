using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Tests.Backends;
using BackupEngine.Chunkstore.Tests.CrashSafety.Workloads;
using Xunit;

namespace BackupEngine.Chunkstore.Tests.CrashSafety;

/// <summary>
/// Every call of the work that keeps a repository in order fails, the work goes on as far as it can, and then the power
/// is lost. In an ordinary run each call fails in one of the ways, in turn, and of long work some calls; in a long one
/// each call in all of them.
/// </summary>
public sealed class MaintenanceFaultTests
{
    private static readonly int States = Math.Min(Counts.Times, 4);

    private static readonly (int Errno, bool ForGood, FaultMode Mode)[] Ways =
    [
        (Errno.InputOutput, false, FaultMode.Refused),
        (Errno.NoSpace, true, FaultMode.Torn),
        (Errno.InputOutput, false, FaultMode.Done),
        (Errno.NoSpace, false, FaultMode.Refused),
        (Errno.InputOutput, false, FaultMode.Torn),
        (Errno.InputOutput, true, FaultMode.Refused),
    ];

    public static TheoryData<string> Names => [.. CrashWorkload.All.Keys];

    [Theory]
    [MemberData(nameof(Names))]
    public async Task Every_call_fails_in_the_middle_of(string name)
    {
        var workload = CrashWorkload.All[name]();
        var prepared = await workload.PrepareAsync();
        var (calls, states) = (0L, 0L);
        for (var call = 1; ; call += Counts.Times > 1 ? 1 : workload.FailingShare)
        {
            var failed = 0;
            for (var way = 0; way < (Counts.Times > 1 ? Ways.Length : 1); way++)
            {
                var how = Ways[((call / workload.FailingShare) + way) % Ways.Length];
                var checkedStates = await FailAsync(workload, prepared, call, how);
                failed += checkedStates is null ? 0 : 1;
                states += checkedStates ?? 0;
            }

            calls += failed;
            if (failed == 0)
            {
                break;
            }
        }

        Counts.Report($"failing calls in {name}", calls);
        Counts.Report($"crash states after a failed call in {name}", states);
        Assert.True(calls > 8, "there are more calls than that");
    }

    /// <summary>The number of states that were checked; null where there is no such call.</summary>
    private static async Task<long?> FailAsync(
        CrashWorkload workload, CrashRun prepared, int call, (int Errno, bool ForGood, FaultMode Mode) way)
    {
        FaultyFileSystem? files = null;
        var run = prepared.OnDurableDisk(disk => files ??= new FaultyFileSystem(disk)
        {
            FailingCall = call,
            FailsForGood = way.ForGood,
            Errno = way.Errno,
            Mode = way.Mode,
        });
        await workload.WorkAsync(run, step => TryAsync(step, () => files!.FailedCall is not null));
        if (files!.FailedCall is null)
        {
            return null;
        }

        Assert.True(way.ForGood || files.RepeatedFlush is null, $"flushed again: {files.RepeatedFlush}");
        var exploration = new CrashExploration(run, call) { MaximumStates = States, Check = workload.CheckAsync };
        await exploration.RunAtEndAsync();
        return exploration.Checked;
    }

    private static async Task TryAsync(Func<Task> step, Func<bool> hasFailed)
    {
        try
        {
            await step();
        }
        catch (RepositoryException) when (hasFailed())
        {
            // Any other exception, and one without a cause, is a failure of the test.
        }
    }
}
