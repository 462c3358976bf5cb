using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.Devices;
using Grpc.Core;
using DeviceAccess = BackupEngine.DataPlane.Protocol.DeviceAccess;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>Rate limits that are changed while jobs run, and one memory budget for all of them.</summary>
public sealed class SharedResourcesTests : IDisposable
{
    private const int VolumeBytes = 4 << 20;
    private const string Budget = "24MiB";
    private const long BudgetBytes = 24 << 20;

    private readonly TemporaryFolder _folder = new();

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private string Repository => _folder.File("repository");

    public void Dispose() => _folder.Dispose();

    /// <summary>At the first rate each would take hours.</summary>
    [Fact]
    public async Task The_limit_of_a_running_backup_and_of_a_running_restore_is_lifted()
    {
        await using var server = await StartAsync();
        await AttachAsync(server, "source");
        await AttachAsync(server, "target", DeviceAccess.ReadWrite);
        await RunWithLiftedLimitAsync(server, Requests.Backup("backup", Repository, "b", "source", rate: 100));
        await RunWithLiftedLimitAsync(server, Requests.Restore("restore", Repository, "b", "target", rate: 100));
        await server.DetachAsync("target");
        await server.DetachAsync("source");
        Assert.Equal(
            await File.ReadAllBytesAsync(_folder.File("source"), Cancelled),
            await File.ReadAllBytesAsync(_folder.File("target"), Cancelled));
    }

    [Fact]
    public async Task The_limit_of_all_jobs_holds_and_is_lifted()
    {
        await using var server = await StartAsync("--rate-limit", "100");
        await AttachAsync(server, "source");
        await server.StartJobAsync(Requests.Backup("j", Repository, "b", "source"));
        Assert.Equal(100, (await server.Client.GetInfoAsync(new(), cancellationToken: Cancelled))
            .RateLimitBytesPerSecond);
        Assert.Equal(100, await SetAsync(server, "", 0));
        Assert.Equal(JobState.Succeeded, (await server.WatchAsync("j"))[^1].State);
    }

    [Fact]
    public async Task Limits_that_are_none_and_jobs_that_have_none_are_refused()
    {
        await using var server = await StartAsync();
        await AttachAsync(server, "source");
        await Refused.WithAsync(StatusCode.InvalidArgument, "negative", () => SetAsync(server, "", -1));
        await Refused.WithAsync(StatusCode.NotFound, "'none'", () => SetAsync(server, "none", 1));
        await server.RunJobAsync(Requests.Backup("j", Repository, "b", "source"));
        await Refused.WithAsync(StatusCode.FailedPrecondition, "ended", () => SetAsync(server, "j", 1));
    }

    [Fact]
    public async Task A_job_that_finds_no_memory_says_that_it_waits_and_goes_on_when_the_first_ends()
    {
        await using var server = await StartAsync("--memory-budget", Budget);
        await AttachAsync(server, "one");
        await AttachAsync(server, "two");
        await server.StartJobAsync(Requests.Backup("first", Repository, "b1", "one", rate: 100));
        await UntilAsync(server, info => info.MemoryGrantedBytes > 0);
        await server.StartJobAsync(Requests.Backup("second", Repository, "b2", "two"));
        await UntilAsync(server, info => info.MemoryWaitingJobs == 1);
        var waiting = await NextAsync(server, "second");
        Assert.Equal(("memory", JobState.Running), (waiting.Progress.WaitingFor, waiting.State));
        await SetAsync(server, "first", 0);
        var ended = (await server.WatchAsync("second"))[^1];
        Assert.Equal((JobState.Succeeded, ""), (ended.State, ended.Progress.WaitingFor));
        Assert.Equal(JobState.Succeeded, (await server.WatchAsync("first"))[^1].State);
        var info = await server.Client.GetInfoAsync(new(), cancellationToken: Cancelled);
        Assert.Equal((0, BudgetBytes), (info.MemoryGrantedBytes, info.MemoryBudgetBytes));
    }

    [Fact]
    public async Task Many_jobs_never_hold_more_than_the_budget_and_those_with_fewer_lanes_say_so()
    {
        const int jobs = 12;
        const long budget = 96L << 20;
        await using var server = await StartAsync("--memory-budget", "96MiB");
        for (var i = 0; i < jobs; i++)
        {
            await AttachAsync(server, $"source-{i}");
        }

        var running = Enumerable.Range(0, jobs).Select(i => RunAsync(server, i)).ToList();
        var all = Task.WhenAll(running);
        var most = 0L;
        while (!all.IsCompleted)
        {
            var info = await server.Client.GetInfoAsync(new(), cancellationToken: Cancelled);
            Assert.InRange(info.MemoryGrantedBytes, 0, budget);
            most = Math.Max(most, info.MemoryGrantedBytes);
            await Task.WhenAny(all, Task.Delay(5, Cancelled));
        }

        var ended = await all;
        Assert.All(ended, job => Assert.Equal((JobState.Succeeded, ""), (job.State, job.Error)));
        Assert.Contains(ended, job => job.Backup.Warnings.Any(
            warning => warning.Contains("memory budget", StringComparison.Ordinal)));
        Assert.InRange(most, 1, budget);
    }

    [Fact]
    public async Task A_job_that_needs_more_than_the_whole_budget_fails_and_says_what_to_do()
    {
        await using var server = await StartAsync("--memory-budget", "1MiB");
        await AttachAsync(server, "source");
        var job = await server.RunJobAsync(Requests.Backup("j", Repository, "b", "source"));
        Assert.Equal((JobState.Failed, 2), (job.State, job.ExitCode));
        Assert.Contains("memory budget is 1048576", job.Error, StringComparison.Ordinal);
    }

    private static async Task RunWithLiftedLimitAsync(JobServerProcess server, StartJobRequest request)
    {
        var started = await server.StartJobAsync(request);
        Assert.Equal(100, started.RateLimitBytesPerSecond);
        Assert.Equal(100, await SetAsync(server, request.JobId, 0));
        var ended = (await server.WatchAsync(request.JobId))[^1];
        Assert.Equal((JobState.Succeeded, 0), (ended.State, ended.RateLimitBytesPerSecond));
    }

    private static async Task<long> SetAsync(JobServerProcess server, string job, long rate)
    {
        var request = new SetRateLimitRequest { JobId = job, BytesPerSecond = rate };
        return (await server.Client.SetRateLimitAsync(request, cancellationToken: Cancelled)).FormerBytesPerSecond;
    }

    private static async Task UntilAsync(JobServerProcess server, Func<DataPlaneInfo, bool> condition)
    {
        while (!condition(await server.Client.GetInfoAsync(new(), cancellationToken: Cancelled)))
        {
            await Task.Delay(10, Cancelled);
        }
    }

    /// <summary>The job when it has reported that it waits: that is a moment after it began to.</summary>
    private static async Task<Job> NextAsync(JobServerProcess server, string id)
    {
        while (true)
        {
            var jobs = await server.Client.ListJobsAsync(new(), cancellationToken: Cancelled);
            var job = jobs.Jobs.Single(one => one.JobId == id);
            if (job.Progress.WaitingFor.Length > 0 || job.State != JobState.Running)
            {
                return job;
            }

            await Task.Delay(10, Cancelled);
        }
    }

    private Task<JobServerProcess> StartAsync(params string[] options) =>
        JobServerProcess.StartAsync(_folder.File("dp.sock"), options);

    private Task<Job> RunAsync(JobServerProcess server, int number)
    {
        var request = Requests.Backup($"job-{number}", Repository, $"backup-{number}", $"source-{number}");
        request.Backup.Tuning = new Tuning { Lanes = 8, QueueDepth = 4 };
        return server.RunJobAsync(request);
    }

    private async Task AttachAsync(JobServerProcess server, string id, DeviceAccess access = DeviceAccess.Read)
    {
        var content = new byte[VolumeBytes];
        new Random(id.Length).NextBytes(content.AsSpan(0, access == DeviceAccess.Read ? VolumeBytes : 0));
        var file = _folder.CreateFile(id, VolumeBytes, content);
        await server.AttachAsync(id, file, access);
    }
}
