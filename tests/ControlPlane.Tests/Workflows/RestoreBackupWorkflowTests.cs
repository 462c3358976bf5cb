using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.Workflows;

public sealed class RestoreBackupWorkflowTests : IDisposable
{
    private static readonly string[] Trace =
    [
        "6 record-claimed done",
        "7 get-target-volume skipped",
        "8 target-volume-ready started",
        "8 target-volume-ready done",
        "9 expose-device started",
        "9 expose-device done",
        "10 device-exposed started",
        "10 device-exposed done",
        "11 attach-device started",
        "11 attach-device done",
        "12 transfer-data started",
        "12 transfer-data done",
        "13 detach-device started",
        "13 detach-device done",
        "14 disconnect-device started",
        "14 disconnect-device done",
        "15 device-disconnected started",
        "15 device-disconnected done",
        "18 record-updated started",
        "18 record-updated done",
    ];

    private static readonly WorkflowStep[] Steps =
    [
        WorkflowStep.TargetVolumeReady,
        WorkflowStep.ExposeDevice,
        WorkflowStep.DeviceExposed,
        WorkflowStep.AttachDevice,
        WorkflowStep.TransferData,
        WorkflowStep.DetachDevice,
        WorkflowStep.DisconnectDevice,
        WorkflowStep.DeviceDisconnected,
        WorkflowStep.RecordUpdated,
    ];

    private readonly WorkflowBench _bench = new();

    public static TheoryData<int, When> EveryStep()
    {
        var data = new TheoryData<int, When>();
        foreach (var when in Enum.GetValues<When>())
        {
            for (var i = 0; i < Steps.Length; i++)
                data.Add(i, when);
        }

        return data;
    }

    [Fact]
    public async Task A_restore_goes_through_the_steps_in_order_and_both_are_available()
    {
        var (backup, volume) = await AddRestoreAsync();

        await _bench.RunAsync(backup.Id);

        Assert.Equal(Trace, await _bench.TraceAsync(backup.Id));
        var (record, target) = (await _bench.BackupAsync(backup.Id), await _bench.VolumeAsync(volume.Id));
        Assert.Equal(BackupStatus.Available, record.Status);
        Assert.Null(record.LeaseExpiresAt);
        Assert.Equal(VolumeStatus.Available, target.Status);
        Assert.Null(target.PreviousStatus);
        _bench.AssertNothingLeft();
        var job = Assert.Single(_bench.DataPlane.Started).Restore;
        Assert.True(job.TargetIsZero);
        Assert.Equal(backup.Id.ToString(), job.BackupId);
    }

    [Fact]
    public async Task A_volume_that_may_hold_something_is_written_with_its_zeros()
    {
        _bench.Volumes.ReadsAsZero = false;
        var (backup, _) = await AddRestoreAsync();

        await _bench.RunAsync(backup.Id);

        Assert.False(Assert.Single(_bench.DataPlane.Started).Restore.TargetIsZero);
    }

    [Fact]
    public async Task A_new_volume_is_made_first()
    {
        var backup = await AddBackupAsync();
        var volume = await _bench.AddVolumeAsync(VolumeStatus.Creating, previous: null, restoredFrom: backup.Id);
        await _bench.SetRestoreVolumeAsync(backup.Id, volume.Id);

        await _bench.RunAsync(backup.Id);

        Assert.Contains("7 get-target-volume done", await _bench.TraceAsync(backup.Id));
        Assert.Equal(VolumeStatus.Available, (await _bench.VolumeAsync(volume.Id)).Status);
    }

    [Fact]
    public async Task A_new_volume_is_waited_for_also_where_the_broker_did_not_take_the_command()
    {
        var backup = await AddBackupAsync();
        var volume = await _bench.AddVolumeAsync(VolumeStatus.Creating, previous: null, restoredFrom: backup.Id);
        await _bench.SetRestoreVolumeAsync(backup.Id, volume.Id);
        var refused = new TaskCompletionSource();
        _bench.Volumes.OnRequest = request =>
        {
            if (request != nameof(CreateVolume) || !refused.TrySetResult())
                return;
            throw new CommandNotSentException("CreateVolume could not be sent.");
        };

        var running = _bench.RunAsync(backup.Id);
        await refused.Task;
        await _bench.Volumes.CreateVolumeAsync(
            WorkflowBench.Host,
            new CreateVolume { VolumeId = volume.Id },
            TestContext.Current.CancellationToken);
        await running;

        Assert.Equal(VolumeStatus.Available, (await _bench.VolumeAsync(volume.Id)).Status);
    }

    [Fact]
    public async Task A_volume_that_somebody_else_has_taken_is_not_touched()
    {
        var (backup, volume) = await AddRestoreAsync(VolumeStatus.InUse);

        await _bench.RunAsync(backup.Id);

        Assert.Equal(VolumeStatus.InUse, (await _bench.VolumeAsync(volume.Id)).Status);
        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal(BackupStatus.Available, record.Status);
        Assert.StartsWith("step 8 target-volume-ready: ", record.FailReason, StringComparison.Ordinal);
        Assert.Empty(_bench.DataPlane.Started);
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public async Task A_step_that_fails_leaves_no_device_and_says_so_on_the_volume(int index, When when)
    {
        var step = Steps[index];
        var (backup, volume) = await AddRestoreAsync();

        await _bench.RunAsync(backup.Id, new StepFault(step, when));

        Assert.Equal(FailedAt(step), await _bench.TraceAsync(backup.Id));
        var (record, target) = (await _bench.BackupAsync(backup.Id), await _bench.VolumeAsync(volume.Id));
        var reason = $"step {step.Number} {step.Name}: {StepFault.Message}";
        Assert.Equal((BackupStatus.Available, reason), (record.Status, record.FailReason));
        Assert.Equal((VolumeStatus.ErrorRestoring, reason), (target.Status, target.FailReason));
        Assert.Null(record.LeaseExpiresAt);
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_transfer_that_is_started_again_no_longer_counts_on_zeros()
    {
        _bench.DataPlane.HoldTransfers();
        var (backup, volume) = await AddRestoreAsync();
        var run = _bench.RunAsync(backup.Id);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        _bench.DataPlane.KillAndRestart();
        await run;

        Assert.Equal([true, false], _bench.DataPlane.Started.Select(started => started.Restore.TargetIsZero));
        Assert.Equal(VolumeStatus.Available, (await _bench.VolumeAsync(volume.Id)).Status);
    }

    [Fact]
    public async Task A_volume_that_holds_another_version_of_the_backup_is_compared_first()
    {
        _bench.Volumes.ReadsAsZero = false;
        var volume = await _bench.AddVolumeAsync(VolumeStatus.RestoringBackup, previous: VolumeStatus.Available);
        var backup = await _bench.AddBackupAsync(volume, b => b.Status = BackupStatus.Restoring);
        await _bench.SetRestoreVolumeAsync(backup.Id, volume.Id);

        await _bench.RunAsync(backup.Id);

        Assert.True(Assert.Single(_bench.DataPlane.Started).Restore.OnlyDifferences);
    }

    [Fact]
    public async Task Any_other_volume_is_written_without_being_read()
    {
        _bench.Volumes.ReadsAsZero = false;
        var (backup, _) = await AddRestoreAsync();

        await _bench.RunAsync(backup.Id);

        Assert.False(Assert.Single(_bench.DataPlane.Started).Restore.OnlyDifferences);
    }

    [Fact]
    public async Task A_transfer_that_is_started_again_goes_on_from_its_resume_file()
    {
        _bench.DataPlane.HoldTransfers();
        var (backup, volume) = await AddRestoreAsync();
        var run = _bench.RunAsync(backup.Id);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);
        _bench.DataPlane.Started.TryPeek(out var first);
        await File.WriteAllTextAsync(first!.Restore.ResumeFile, "begun", TestContext.Current.CancellationToken);

        _bench.DataPlane.KillAndRestart();
        await run;

        var again = _bench.DataPlane.Started.Last().Restore;
        Assert.Equal(
            (first.Restore.ResumeFile, volume.Id.ToString(), false),
            (again.ResumeFile, again.ResumeTarget, again.OnlyDifferences));
        Assert.Equal((volume.Id.ToString(), false), (first.Restore.ResumeTarget, first.Restore.OnlyDifferences));
    }

    [Fact]
    public async Task Where_the_resume_file_is_not_there_what_may_have_been_written_is_compared()
    {
        _bench.DataPlane.HoldTransfers();
        var (backup, _) = await AddRestoreAsync();
        var run = _bench.RunAsync(backup.Id);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        _bench.DataPlane.KillAndRestart();
        await run;

        Assert.Equal([false, true], _bench.DataPlane.Started.Select(started => started.Restore.OnlyDifferences));
    }

    [Fact]
    public async Task A_restore_that_failed_leaves_no_resume_file()
    {
        _bench.DataPlane.HoldTransfers();
        _bench.DataPlane.JobError = "the disk is on fire";
        var (backup, _) = await AddRestoreAsync();
        var run = _bench.RunAsync(backup.Id);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);
        _bench.DataPlane.Started.TryPeek(out var started);
        var file = started!.Restore.ResumeFile;
        await File.WriteAllTextAsync(file, "begun", TestContext.Current.CancellationToken);

        _bench.DataPlane.ReleaseTransfers();
        await run;

        Assert.False(File.Exists(file));
    }

    [Fact]
    public async Task Rate_limits_of_the_host_are_handed_on()
    {
        _bench.RateLimitMiB = 7;
        var (backup, _) = await AddRestoreAsync();
        var created = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());

        await _bench.RunAsync(backup.Id);
        await _bench.RunAsync(created.Id);

        Assert.All(_bench.DataPlane.Started, started => Assert.Equal(
            7 << 20, (started.Restore?.Tuning ?? started.Backup.Tuning).RateLimitBytesPerSecond));
        Assert.Equal(2, _bench.DataPlane.Started.Count);
    }

    public void Dispose() => _bench.Dispose();

    private static string[] FailedAt(WorkflowStep step) =>
    [
        .. Trace[..(Array.IndexOf(Trace, $"{step} started") + 1)],
        $"{step} failed",
        .. Undo(step.Number).Select(undone => undone + " undone"),
    ];

    private static string[] Undo(int failed) => failed switch
    {
        8 => [],
        9 or 10 => ["9 expose-device"],
        11 => ["11 attach-device", "9 expose-device"],
        12 or 13 => ["12 transfer-data", "11 attach-device", "9 expose-device"],
        14 or 15 => ["12 transfer-data", "9 expose-device"],
        _ => ["12 transfer-data"],
    };

    private async Task<(BackupEntity Backup, VolumeEntity Volume)> AddRestoreAsync(
        string status = VolumeStatus.RestoringBackup)
    {
        var volume = await _bench.AddVolumeAsync(status, previous: VolumeStatus.Available);
        var backup = await AddBackupAsync();
        await _bench.SetRestoreVolumeAsync(backup.Id, volume.Id);
        return (backup, volume);
    }

    private async Task<BackupEntity> AddBackupAsync() =>
        await _bench.AddBackupAsync(await _bench.AddVolumeAsync(), b => b.Status = BackupStatus.Restoring);
}
