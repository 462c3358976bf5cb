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

    /// <summary>
    /// At a byte a second one transfer is let begin, and what it has overdrawn takes hours. A new limit is not charged
    /// for more than a second of that, so one more transfer follows, and none after it.
    /// </summary>
    [Fact]
    public async Task The_limit_of_a_running_backup_and_of_a_running_restore_is_changed_and_lifted()
    {
        await using var server = await StartAsync();
        await AttachAsync(server, "source");
        await AttachAsync(server, "target", DeviceAccess.ReadWrite);
        await RunWithChangedLimitsAsync(server, Requests.Backup("backup", Repository, "b", "source", rate: 1));
        await RunWithChangedLimitsAsync(server, Requests.Restore("restore", Repository, "b", "target", rate: 1));
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
        var waiting = await server.UntilAsync("second", job => job.Progress.WaitingFor.Length > 0);
        Assert.Equal(("memory", JobState.Running), (waiting.Progress.WaitingFor, waiting.State));
        await SetAsync(server, "first", 0);
        var ended = (await server.WatchAsync("second"))[^1];
        Assert.Equal((JobState.Succeeded, ""), (ended.State, ended.Progress.WaitingFor));
        Assert.Equal(JobState.Succeeded, (await server.WatchAsync("first"))[^1].State);
        var info = await server.Client.GetInfoAsync(new(), cancellationToken: Cancelled);
        Assert.Equal((0, BudgetBytes), (info.MemoryGrantedBytes, info.MemoryBudgetBytes));
    }

    /// <summary>Half of the budget is less than any of them wants, so each has fewer lanes.</summary>
    [Fact]
    public async Task Many_jobs_never_hold_more_than_the_budget_and_say_that_they_have_fewer_lanes()
    {
        const int jobs = 12;
        const long budget = 48L << 20;
        await using var server = await StartAsync("--memory-budget", "48MiB");
        for (var i = 0; i < jobs; i++)
        {
            await AttachAsync(server, $"source-{i}");
        }

        var all = Task.WhenAll(Enumerable.Range(0, jobs).Select(i => RunAsync(server, i)));
        while (!all.IsCompleted)
        {
            var info = await server.Client.GetInfoAsync(new(), cancellationToken: Cancelled);
            Assert.InRange(info.MemoryGrantedBytes, 0, budget);
            await Task.WhenAny(all, Task.Delay(5, Cancelled));
        }

        Assert.All(await all, job =>
        {
            Assert.Equal((JobState.Succeeded, ""), (job.State, job.Error));
            Assert.InRange(job.Progress.MemoryBytes, 1, budget / 2);
            Assert.Contains("memory budget", Assert.Single(job.Backup.Warnings), StringComparison.Ordinal);
        });
    }

    /// <summary>Each asks once and for all of it, so nobody who holds a part waits for another part.</summary>
    [Fact]
    public async Task Jobs_of_all_kinds_that_have_room_for_one_at_a_time_all_come_to_their_end()
    {
        await using var server = await StartAsync("--memory-budget", "32MiB");
        await AttachAsync(server, "first");
        await server.RunJobAsync(Requests.Backup("first", Repository, "first", "first"));
        for (var round = 0; round < 3; round++)
        {
            var requests = new List<StartJobRequest>
            {
                Requests.Gc($"gc-{round}", Repository),
                Requests.Verify($"verify-{round}", Repository, VerifyLevel.Data),
            };
            for (var i = 0; i < 3; i++)
            {
                await AttachAsync(server, $"s{round}{i}");
                await AttachAsync(server, $"t{round}{i}", DeviceAccess.ReadWrite);
                requests.Add(Requests.Backup($"b{round}{i}", Repository, $"b{round}{i}", $"s{round}{i}"));
                requests.Add(Requests.Restore($"r{round}{i}", Repository, "first", $"t{round}{i}"));
            }

            var ended = await Task.WhenAll(requests.Select(server.RunJobAsync));
            Assert.All(ended, job => Assert.Equal((JobState.Succeeded, ""), (job.State, job.Error)));
            Assert.All(ended, job => Assert.InRange(job.Progress.MemoryBytes, 1, 32 << 20));
        }

        Assert.Equal(0, (await server.Client.GetInfoAsync(new(), cancellationToken: Cancelled)).MemoryGrantedBytes);
    }

    [Fact]
    public async Task A_collection_and_a_verification_wait_for_memory_and_say_so()
    {
        await using var server = await StartAsync("--memory-budget", "32MiB");
        await AttachAsync(server, "one");
        await server.StartJobAsync(Requests.Backup("backup", Repository, "b", "one", rate: 100));
        await server.UntilAsync("backup", job => job.Progress.MemoryBytes > 0);
        await server.StartJobAsync(Requests.Gc("gc", Repository));
        await server.StartJobAsync(Requests.Verify("verify", Repository, VerifyLevel.Data));
        foreach (var id in new[] { "gc", "verify" })
        {
            var waiting = await server.UntilAsync(id, job => job.Progress.WaitingFor.Length > 0);
            Assert.Equal((JobState.Running, "memory"), (waiting.State, waiting.Progress.WaitingFor));
        }

        await server.SetRateLimitAsync("backup", 0);
        foreach (var id in new[] { "backup", "gc", "verify" })
        {
            var ended = (await server.WatchAsync(id))[^1];
            Assert.Equal((JobState.Succeeded, "", ""), (ended.State, ended.Error, ended.Progress.WaitingFor));
        }
    }

    [Fact]
    public async Task A_job_that_needs_more_than_the_whole_budget_fails_and_says_what_to_do()
    {
        await using (var plenty = await StartAsync())
        {
            await AttachAsync(plenty, "source");
            await plenty.RunJobAsync(Requests.Backup("j", Repository, "b", "source"));
        }

        await using var server = await StartAsync("--memory-budget", "1MiB");
        await server.AttachAsync("source", _folder.File("source"));
        await AttachAsync(server, "target", DeviceAccess.ReadWrite);
        foreach (var request in new[]
        {
            Requests.Backup("j", Repository, "c", "source"),
            Requests.Restore("r", Repository, "b", "target"),
            Requests.Gc("g", Repository),
            Requests.Verify("v", Repository, VerifyLevel.Data),
        })
        {
            var job = await server.RunJobAsync(request);
            Assert.Equal((JobState.Failed, 2), (job.State, job.ExitCode));
            Assert.Matches("needs at least [0-9]+ bytes of memory, and the memory budget is 1048576", job.Error);
        }
    }

    private static async Task RunWithChangedLimitsAsync(JobServerProcess server, StartJobRequest request)
    {
        const int transfer = 64 * 1024;
        var id = request.JobId;
        Assert.Equal(1, (await server.StartJobAsync(request)).RateLimitBytesPerSecond);
        var first = await server.UntilAsync(id, job => job.Progress.LimitedBytes > 0);
        Assert.Equal((JobState.Running, transfer), (first.State, first.Progress.LimitedBytes));
        Assert.Equal(1, await SetAsync(server, id, 2));
        var second = await server.UntilAsync(id, job => job.Progress.LimitedBytes > transfer);
        Assert.Equal((2 * transfer, 2), (second.Progress.LimitedBytes, second.RateLimitBytesPerSecond));
        Assert.Equal(2, await SetAsync(server, id, 0));
        var ended = (await server.WatchAsync(id))[^1];
        Assert.Equal((JobState.Succeeded, 0), (ended.State, ended.RateLimitBytesPerSecond));
        Assert.Equal(VolumeBytes, ended.Progress.LimitedBytes);
    }

    private static Task<long> SetAsync(JobServerProcess server, string job, long rate) =>
        server.SetRateLimitAsync(job, rate);

    private static async Task UntilAsync(JobServerProcess server, Func<DataPlaneInfo, bool> condition)
    {
        while (!condition(await server.Client.GetInfoAsync(new(), cancellationToken: Cancelled)))
        {
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
