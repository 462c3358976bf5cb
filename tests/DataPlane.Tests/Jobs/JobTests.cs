using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.Devices;
using Grpc.Core;
using DeviceAccess = BackupEngine.DataPlane.Protocol.DeviceAccess;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>Jobs over the real socket: what they do and how they are refused.</summary>
public sealed class JobTests : JobTestBase
{
    [Fact]
    public async Task Backup_change_incremental_and_restore_over_loop_devices_give_the_volume_back()
    {
        LoopDevice.SkipUnlessPossible();
        var content = Content(seed: 1);
        var file = Folder.CreateFile("volume", VolumeBytes, content);
        using var source = LoopDevice.Over(file);
        await Server.AttachAsync("source", source.Path);
        var full = await Server.RunJobAsync(Requests.Backup("j1", Repository, "full", "source"));
        Assert.Equal((JobState.Succeeded, "", 0), (full.State, full.Error, full.ExitCode));
        Assert.Equal((VolumeBytes, VolumeBytes), (full.Backup.VolumeBytes, full.Backup.BytesRead));
        Assert.True(full.Backup.DirectIo);
        Assert.Equal((VolumeBytes, VolumeBytes), (full.Progress.DoneBytes, full.Progress.TotalBytes));
        Assert.True(await Server.DetachAsync("source"));

        var changed = await ChangeAsync(source.Path, content);
        await Server.AttachAsync("again", source.Path);
        var request = Requests.Backup("j2", Repository, "incremental", "again", parent: "full");
        request.Backup.ChangedBlocks = new ChangedBlocks
        {
            Extents = { new Extent { OffsetBytes = changed.OffsetBytes, LengthBytes = changed.LengthBytes } },
        };
        var incremental = await Server.RunJobAsync(request);
        Assert.Equal(JobState.Succeeded, incremental.State);
        Assert.InRange(incremental.Backup.BytesRead, changed.LengthBytes, VolumeBytes / 2);

        using var target = LoopDevice.Over(Folder.CreateFile("target", VolumeBytes));
        await Server.AttachAsync("target", target.Path, DeviceAccess.ReadWrite);
        var restored = await Server.RunJobAsync(Requests.Restore("j3", Repository, "incremental", "target"));
        Assert.Equal(JobState.Succeeded, restored.State);
        Assert.Equal(VolumeBytes, restored.Restore.BytesWritten + restored.Restore.ZeroBytes);
        await Server.DetachAsync("target");
        Assert.Equal(content, await ReadAsync(target.Path));
    }

    [Fact]
    public async Task Progress_grows_and_the_last_state_is_the_final_one()
    {
        await AttachFileAsync("a");
        await Server.StartJobAsync(Requests.Backup("j", Repository, "b", "a", rate: 8 << 20));
        var seen = await Server.WatchAsync("j");
        Assert.All(seen.SkipLast(1), job => Assert.Equal(JobState.Running, job.State));
        Assert.Equal(JobState.Succeeded, seen[^1].State);
        Assert.Equal(seen.Select(job => job.Progress.DoneBytes).Order(), seen.Select(job => job.Progress.DoneBytes));
        Assert.Equal(seen[^1], Assert.Single(await Server.WatchAsync("j")));
    }

    [Fact]
    public async Task A_watcher_is_told_at_most_ten_changes_a_second()
    {
        await AttachFileAsync("a");
        var watch = System.Diagnostics.Stopwatch.StartNew();
        await Server.StartJobAsync(Requests.Backup("j", Repository, "b", "a", rate: 4 << 20));
        var seen = await Server.WatchAsync("j");

        // The first state at once, one for each tenth of a second, and the final one.
        Assert.InRange(seen.Count, 2, (watch.ElapsedMilliseconds / 100) + 2);
    }

    [Fact]
    public async Task The_log_of_a_job_names_the_trace_of_the_request_that_has_started_it()
    {
        const string Trace = "0af7651916cd43dd8448eb211c80319c";
        await Server.Client.StartJobAsync(
            Requests.Delete("j", Repository, "b"),
            new Metadata { { "traceparent", $"00-{Trace}-b7ad6b7169203331-01" } },
            cancellationToken: Cancelled);
        await Server.WatchAsync("j");
        await Server.TerminateAsync();
        Assert.Contains($"Job j: delete of backup b starts (trace {Trace})", Server.Log, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Starting_a_known_job_again_answers_with_it_as_it_stands()
    {
        await AttachFileAsync("a");
        var request = Requests.Backup("j", Repository, "b", "a");
        var first = await Server.RunJobAsync(request);
        Assert.Equal(first, await Server.StartJobAsync(request));
        await Refused.WithAsync(
            StatusCode.AlreadyExists,
            "another one",
            () => Server.StartJobAsync(Requests.Delete("j", Repository, "b")));
    }

    [Fact]
    public async Task A_backup_that_is_deleted_is_gone_and_deleting_it_again_succeeds()
    {
        await AttachFileAsync("a");
        await Server.RunJobAsync(Requests.Backup("j", Repository, "b", "a"));
        Assert.Equal(JobState.Succeeded, (await Server.RunJobAsync(Requests.Delete("d1", Repository, "b"))).State);
        Assert.Equal(JobState.Succeeded, (await Server.RunJobAsync(Requests.Delete("d2", Repository, "b"))).State);
        await Server.AttachAsync("target", Folder.CreateFile("target", VolumeBytes), DeviceAccess.ReadWrite);
        var restore = await Server.RunJobAsync(Requests.Restore("r", Repository, "b", "target"));
        Assert.Equal((JobState.Failed, 6), (restore.State, restore.ExitCode));
    }

    [Fact]
    public async Task Collecting_gives_back_the_space_of_a_deleted_backup()
    {
        await AttachFileAsync("a");
        await Server.RunJobAsync(Requests.Backup("j", Repository, "b", "a"));
        Assert.Equal(0, (await Server.RunJobAsync(Requests.Gc("g1", Repository))).Gc.DeletedPacks);
        await Server.RunJobAsync(Requests.Delete("d", Repository, "b"));
        var job = await Server.RunJobAsync(Requests.Gc("g2", Repository));
        Assert.Equal((JobState.Succeeded, Job.ResultOneofCase.Gc), (job.State, job.ResultCase));
        Assert.InRange(job.Gc.DeletedBytes, VolumeBytes / 4, VolumeBytes);
        Assert.Empty(Directory.EnumerateFiles(Repository + "/packs", "*", SearchOption.AllDirectories));
        Assert.Equal(4, (await Server.RunJobAsync(Requests.Gc("g3", Repository + "-nowhere"))).ExitCode);
    }

    [Fact]
    public async Task Two_backups_of_one_volume_may_run_at_once_but_not_on_one_attachment_or_one_id()
    {
        var file = await AttachFileAsync("a");
        await Server.AttachAsync("b", file);
        await Server.StartJobAsync(Requests.Backup("j1", Repository, "b1", "a", rate: 2 << 20));
        await Refused.WithAsync(
            StatusCode.FailedPrecondition,
            "in use by job 'j1'",
            () => Server.StartJobAsync(Requests.Backup("j2", Repository, "b2", "a")));
        await Refused.WithAsync(
            StatusCode.FailedPrecondition,
            "job 'j1' (backup) works on it",
            () => Server.StartJobAsync(Requests.Backup("j2", Repository, "b1", "b")));
        await Refused.WithAsync(
            StatusCode.FailedPrecondition,
            "job 'j1' (backup) works on it",
            () => Server.StartJobAsync(Requests.Delete("j2", Repository, "b1")));
        var second = await Server.RunJobAsync(Requests.Backup("j2", Repository, "b2", "b", rate: 2 << 20));
        Assert.Equal(JobState.Succeeded, second.State);
        Assert.Equal(JobState.Succeeded, (await Server.WatchAsync("j1"))[^1].State);
    }

    [Fact]
    public async Task What_is_wrong_with_the_repository_or_the_device_fails_the_job_with_its_exit_code()
    {
        await AttachFileAsync("a");
        var request = Requests.Backup("j1", Repository, "b", "a");
        request.Backup.InitializeRepository = false;
        await AssertFailsAsync(request, 4);
        Assert.False(Directory.Exists(Repository));

        await Server.RunJobAsync(Requests.Backup("j2", Repository, "b", "a"));
        await AssertFailsAsync(Requests.Backup("j3", Repository, "b", "a"), 6);
        await AssertFailsAsync(Requests.Backup("j4", Repository, "c", "a", parent: "missing"), 6);
        await Server.AttachAsync("small", Folder.CreateFile("small", VolumeBytes / 2), DeviceAccess.ReadWrite);
        await AssertFailsAsync(Requests.Restore("j5", Repository, "b", "small"), 3);
    }

    [Fact]
    public async Task A_request_that_cannot_be_right_is_refused_at_once()
    {
        await AttachFileAsync("a");
        await InvalidAsync("job_id", Requests.Backup("", Repository, "b", "a"));
        await InvalidAsync("its work", new StartJobRequest { JobId = "j" });
        await InvalidAsync("not a backup id", Requests.Backup("j", Repository, "../b", "a"));
        await InvalidAsync("absolute path", Requests.Backup("j", "repository", "b", "a"));
        await InvalidAsync("rate limit", Requests.Backup("j", Repository, "b", "a", rate: -1));
        var request = Requests.Backup("j", Repository, "b", "a");
        request.Backup.Tuning.Compression = "zip";
        await InvalidAsync("zip", request);
        request.Backup.Tuning = new Tuning { IoSizeBytes = 12345 };
        await InvalidAsync("12345", request);
    }

    [Fact]
    public async Task Jobs_and_attachments_that_do_not_exist_are_not_found()
    {
        await Refused.WithAsync(
            StatusCode.NotFound, "'x'", () => Server.StartJobAsync(Requests.Backup("j", Repository, "b", "x")));
        await Refused.WithAsync(StatusCode.NotFound, "'j'", () => Server.WatchAsync("j"));
        await Refused.WithAsync(StatusCode.NotFound, "'j'", () => Server.CancelJobAsync("j"));
    }

    [Fact]
    public async Task A_restore_to_a_device_attached_for_reading_is_refused()
    {
        await AttachFileAsync("a");
        await Refused.WithAsync(
            StatusCode.FailedPrecondition,
            "for reading only",
            () => Server.StartJobAsync(Requests.Restore("j", Repository, "b", "a")));
    }

    [Fact]
    public async Task Only_the_last_256_ended_jobs_are_remembered()
    {
        await AttachFileAsync("a");
        await Server.RunJobAsync(Requests.Backup("first", Repository, "b", "a"));
        for (var i = 0; i < 256; i++)
        {
            await Server.RunJobAsync(Requests.Delete("d" + i, Repository, "none"));
        }

        var known = await Server.Client.ListJobsAsync(new ListJobsRequest(), cancellationToken: Cancelled);
        Assert.Equal(256, known.Jobs.Count);
        await Refused.WithAsync(StatusCode.NotFound, "first", () => Server.WatchAsync("first"));
    }

    [Fact]
    public async Task Repositories_are_closed_when_no_job_uses_them()
    {
        await AttachFileAsync("a");
        await Server.RunJobAsync(Requests.Backup("j", Repository, "b", "a"));
        Assert.DoesNotContain(Server.OpenFiles(), file => file.StartsWith(Repository, StringComparison.Ordinal));
    }

    private static async Task<Chunkstore.Extent> ChangeAsync(string path, byte[] content)
    {
        var changed = new Chunkstore.Extent(1 << 20, 64 * 1024);
        content.AsSpan((int)changed.OffsetBytes, (int)changed.LengthBytes).Fill(0xAB);
        using var device = BlockDevice.Open(path, BackupEngine.DataPlane.Devices.DeviceAccess.ReadWrite, direct: false);
        await device.WriteAsync(
            changed.OffsetBytes, content.AsMemory((int)changed.OffsetBytes, (int)changed.LengthBytes), Cancelled);
        await device.FlushAsync(Cancelled);
        return changed;
    }

    private static async Task<byte[]> ReadAsync(string path)
    {
        using var device = BlockDevice.Open(path, BackupEngine.DataPlane.Devices.DeviceAccess.Read, direct: true);
        return await AlignedBytes.ReadAllAsync(device);
    }

    private async Task AssertFailsAsync(StartJobRequest request, int exitCode)
    {
        var job = await Server.RunJobAsync(request);
        Assert.Equal((JobState.Failed, exitCode), (job.State, job.ExitCode));
        Assert.NotEmpty(job.Error);
        Assert.DoesNotContain('\n', job.Error);
    }

    private Task InvalidAsync(string message, StartJobRequest request) =>
        Refused.WithAsync(StatusCode.InvalidArgument, message, () => Server.StartJobAsync(request));
}
