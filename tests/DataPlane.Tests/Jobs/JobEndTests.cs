using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.Devices;
using Grpc.Core;
using DeviceAccess = BackupEngine.DataPlane.Protocol.DeviceAccess;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>How jobs end, and what survives whom: connections, watchers, devices, servers.</summary>
public sealed class JobEndTests : JobTestBase
{
    [Fact]
    public async Task A_job_outlives_the_connection_that_started_it()
    {
        await AttachFileAsync("a");
        using (var other = JobServerProcess.Connect(Server.SocketPath))
        {
            var client = new BackupEngine.DataPlane.Protocol.DataPlane.DataPlaneClient(other);
            await client.StartJobAsync(
                Requests.Backup("j", Repository, "b", "a", rate: 4 << 20), cancellationToken: Cancelled);
        }

        Assert.Equal(JobState.Succeeded, (await Server.WatchAsync("j"))[^1].State);
        var known = await Server.Client.ListJobsAsync(new ListJobsRequest(), cancellationToken: Cancelled);
        Assert.Equal("b", Assert.Single(known.Jobs).Backup.BackupId);
    }

    [Fact]
    public async Task A_watcher_that_leaves_does_not_disturb_the_job()
    {
        await AttachFileAsync("a");
        await Server.StartJobAsync(Requests.Backup("j", Repository, "b", "a", rate: 4 << 20));
        await Server.WaitForProgressAsync("j");
        Assert.Equal(JobState.Succeeded, (await Server.WatchAsync("j"))[^1].State);
    }

    [Fact]
    public async Task A_job_that_is_cancelled_stops_and_publishes_nothing()
    {
        await AttachFileAsync("a");
        await Server.StartJobAsync(Requests.Backup("j", Repository, "b", "a", rate: Requests.Slow));
        await Server.WaitForProgressAsync("j");
        await Server.CancelJobAsync("j");
        var last = (await Server.WatchAsync("j"))[^1];
        Assert.Equal((JobState.Cancelled, 130), (last.State, last.ExitCode));
        Assert.Contains("asked for", last.Error, StringComparison.Ordinal);
        Assert.Equal(last, await Server.CancelJobAsync("j"));

        var again = await Server.RunJobAsync(Requests.Backup("k", Repository, "b", "a"));
        Assert.Equal(JobState.Succeeded, again.State);
    }

    [Fact]
    public async Task A_restore_that_is_cancelled_says_that_its_target_is_incomplete()
    {
        await AttachFileAsync("a");
        await Server.RunJobAsync(Requests.Backup("j", Repository, "b", "a"));
        await Server.AttachAsync("target", Folder.CreateFile("target", VolumeBytes), DeviceAccess.ReadWrite);
        await Server.StartJobAsync(Requests.Restore("k", Repository, "b", "target", rate: Requests.Slow));
        await Server.WaitForProgressAsync("k");
        await Server.CancelJobAsync("k");
        var last = (await Server.WatchAsync("k"))[^1];
        Assert.Equal(JobState.Cancelled, last.State);
        Assert.Contains("INCOMPLETE", last.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Detaching_cancels_the_job_and_returns_when_the_device_is_closed()
    {
        var file = await AttachFileAsync("a");
        await Server.StartJobAsync(Requests.Backup("j", Repository, "b", "a", rate: Requests.Slow));
        await Server.WaitForProgressAsync("j");
        Assert.True(await Server.DetachAsync("a"));
        Assert.DoesNotContain(file, Server.OpenFiles());
        var last = Assert.Single(await Server.WatchAsync("j"));
        Assert.Equal(JobState.Cancelled, last.State);
        Assert.Contains("its device was detached", last.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Stopping_the_server_cancels_its_jobs_and_tells_their_watchers()
    {
        await AttachFileAsync("a");
        await Server.StartJobAsync(Requests.Backup("j", Repository, "b", "a", rate: Requests.Slow));
        await Server.WaitForProgressAsync("j");
        var watching = Server.WatchAsync("j");
        Assert.Equal(0, await Server.TerminateAsync());
        var last = (await watching)[^1];
        Assert.Equal(JobState.Cancelled, last.State);
        Assert.Contains("the data plane is stopping", last.Error, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_server_killed_in_the_middle_of_a_backup_leaves_nothing_attached_and_the_repository_intact()
    {
        LoopDevice.SkipUnlessPossible();
        var content = Content(seed: 5);
        using var source = LoopDevice.Over(Folder.CreateFile("volume", VolumeBytes, content));
        await Server.AttachAsync("a", source.Path, DeviceAccess.ReadWrite);
        await Server.RunJobAsync(Requests.Backup("j1", Repository, "before", "a"));
        await Server.StartJobAsync(Requests.Backup("j2", Repository, "killed", "a", rate: Requests.Slow));
        await Server.WaitForProgressAsync("j2");
        await Server.KillAsync();
        BlockDevice.Open(source.Path, BackupEngine.DataPlane.Devices.DeviceAccess.ReadWrite, direct: true).Dispose();

        await using var next = await JobServerProcess.StartAsync(Server.SocketPath);
        await Refused.WithAsync(StatusCode.NotFound, "'j2'", () => next.WatchAsync("j2"));
        await next.AttachAsync("a", source.Path);
        var again = await next.RunJobAsync(Requests.Backup("j3", Repository, "killed", "a", parent: "before"));
        Assert.Equal((JobState.Succeeded, ""), (again.State, again.Error));
        foreach (var backup in (string[])["before", "killed"])
        {
            var target = Folder.CreateFile("target-" + backup, VolumeBytes);
            await next.AttachAsync("to-" + backup, target, DeviceAccess.ReadWrite);
            await next.RunJobAsync(Requests.Restore("restore-" + backup, Repository, backup, "to-" + backup));
            await next.DetachAsync("to-" + backup);
            Assert.Equal(content, File.ReadAllBytes(target));
        }
    }
}
