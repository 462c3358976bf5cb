using System.Diagnostics;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.Devices;
using Grpc.Core;
using DeviceAccess = BackupEngine.DataPlane.Protocol.DeviceAccess;
using Protocol = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>What becomes of jobs and devices whose client is not heard of any more, on the real server.</summary>
public sealed class LeaseTests : JobTestBase
{
    private static readonly TimeSpan Short = TimeSpan.FromSeconds(3);

    [Fact]
    public async Task What_is_under_a_lease_ends_with_it_and_nothing_else_does()
    {
        var file = await AttachAsync("a", Lease("l", Short));
        var other = await AttachFileAsync("other");
        var request = Requests.Backup("j", Repository, "b", "a", rate: Requests.Slow);
        request.Lease = Lease("l", Short);
        await Server.StartJobAsync(request);
        await Server.StartJobAsync(Requests.Backup("k", Repository, "c", "other", rate: Requests.Slow));

        var last = (await Server.WatchAsync("j"))[^1];

        Assert.Equal((JobState.Cancelled, 130, true), (last.State, last.ExitCode, last.LeaseEnded));
        Assert.Contains("its lease has run out", last.Error, StringComparison.Ordinal);
        await UntilAsync(() => !Server.OpenFiles().Contains(file));
        Assert.Contains(other, Server.OpenFiles());
        Assert.Equal(JobState.Running, (await Server.CancelJobAsync("k")).State);
        Assert.False((await Server.WatchAsync("k"))[^1].LeaseEnded);
        var attached = await Server.Client.ListAttachmentsAsync(new(), cancellationToken: Cancelled);
        Assert.Equal("other", Assert.Single(attached.Attachments).AttachmentId);
    }

    [Fact]
    public async Task A_lease_that_is_renewed_ends_nothing()
    {
        var first = Lease("l", Short);
        await AttachAsync("a", first);
        var request = Requests.Backup("j", Repository, "b", "a", rate: 512 << 10);
        request.Lease = first;
        await Server.StartJobAsync(request);

        Assert.True(await RenewAsync(Lease("l", TimeSpan.FromHours(1))));
        await UntilAsync(() => Now() > first.ValidUntilNanoseconds);
        await Server.SetRateLimitAsync("j", 0);

        Assert.Equal(JobState.Succeeded, (await Server.WatchAsync("j"))[^1].State);
    }

    [Fact]
    public async Task One_that_has_run_out_is_not_renewed_and_another_may_have_its_id()
    {
        var file = await AttachAsync("a", Lease("l", Short));
        await UntilAsync(() => !Server.OpenFiles().Contains(file));
        Assert.False(await RenewAsync(Lease("l", TimeSpan.FromHours(1))));
        Assert.False(await RenewAsync(Lease("never", Short)));

        await AttachAsync(Request("again", file, Lease("l", TimeSpan.FromHours(1))));
        Assert.True(await RenewAsync(Lease("l", TimeSpan.FromHours(2))));
    }

    [Fact]
    public async Task A_request_that_comes_after_the_end_of_its_lease_begins_nothing()
    {
        var file = await AttachFileAsync("a");
        var late = Lease("l", TimeSpan.FromMilliseconds(-1));
        var request = Requests.Backup("j", Repository, "b", "a");
        request.Lease = late;
        await Refused.WithAsync(StatusCode.Aborted, "'l'", () => Server.StartJobAsync(request));
        await Refused.WithAsync(
            StatusCode.Aborted, "'l'", () => AttachAsync(Request("b", file, late)));
        Assert.False(Directory.Exists(Repository));
        await Refused.WithAsync(StatusCode.NotFound, "'j'", () => Server.WatchAsync("j"));
    }

    [Fact]
    public async Task A_lease_that_cannot_be_right_is_refused_at_once()
    {
        foreach (var wrong in new[] { Lease("", Short), Lease("l", TimeSpan.FromDays(2)), new() { LeaseId = "l" } })
            await Refused.WithAsync(
                StatusCode.InvalidArgument, wrong.LeaseId.Length == 0 ? "lease_id" : "CLOCK_MONOTONIC",
                () => RenewAsync(wrong));
    }

    [Fact]
    public async Task The_same_attachment_may_be_asked_for_with_a_longer_lease()
    {
        var file = await AttachAsync("a", Lease("l", Short));
        await AttachAsync(Request("a", file, Lease("l", TimeSpan.FromHours(1))));
        await Server.AttachAsync("a", file);
        Assert.Equal(JobState.Succeeded, (await Server.RunJobAsync(
            Requests.Backup("j", Repository, "b", "a", rate: 4 << 20))).State);
    }

    [Fact]
    public async Task A_data_plane_that_was_stopped_beyond_the_lease_writes_nothing_when_it_goes_on()
    {
        await AttachFileAsync("a");
        await Server.RunJobAsync(Requests.Backup("j", Repository, "b", "a"));
        var target = Folder.CreateFile("target", VolumeBytes);
        var lease = Lease("l", TimeSpan.FromSeconds(2));
        await AttachAsync(Request("t", target, lease, DeviceAccess.ReadWrite));
        var restore = Requests.Restore("r", Repository, "b", "t", rate: 512 << 10);
        restore.Lease = lease;
        await Server.StartJobAsync(restore);
        await Server.WaitForProgressAsync("r");

        Shell.Run("kill", "-STOP", $"{Server.ProcessId}");
        await UntilAsync(() => Now() > lease.ValidUntilNanoseconds);
        var held = await HeldAsync(target);
        Shell.Run("kill", "-CONT", $"{Server.ProcessId}");

        var last = (await Server.WatchAsync("r"))[^1];
        Assert.Equal((JobState.Cancelled, true), (last.State, last.LeaseEnded));
        Assert.Contains("INCOMPLETE", last.Error, StringComparison.Ordinal);
        Assert.Equal(held, await HeldAsync(target));
    }

    private static long Now() => (long)(Stopwatch.GetTimestamp() * (1e9 / Stopwatch.Frequency));

    private static Protocol.Lease Lease(string id, TimeSpan length) => new()
    {
        LeaseId = id,
        ValidUntilNanoseconds = Now() + (length.Ticks * TimeSpan.NanosecondsPerTick),
    };

    private static AttachDeviceRequest Request(
        string id, string file, Protocol.Lease lease, DeviceAccess access = DeviceAccess.Read)
    {
        var request = JobServerProcess.AttachRequest(id, file, access);
        request.Lease = lease;
        return request;
    }

    /// <summary>What a file holds that somebody else has locked.</summary>
    private static async Task<byte[]> HeldAsync(string file)
    {
        using var device = BlockDevice.Open(file, BackupEngine.DataPlane.Devices.DeviceAccess.Read, direct: true);
        return await AlignedBytes.ReadAllAsync(device);
    }

    private static async Task UntilAsync(Func<bool> condition)
    {
        while (!condition())
            await Task.Delay(10, Cancelled);
    }

    private async Task<string> AttachAsync(string id, Protocol.Lease lease)
    {
        var file = Folder.CreateFile("source-" + id, VolumeBytes, Content(seed: 3));
        await AttachAsync(Request(id, file, lease));
        return file;
    }

    private async Task AttachAsync(AttachDeviceRequest request) =>
        await Server.Client.AttachDeviceAsync(request, cancellationToken: Cancelled);

    private async Task<bool> RenewAsync(Protocol.Lease lease) =>
        (await Server.Client.RenewLeaseAsync(lease, cancellationToken: Cancelled)).Renewed;
}
