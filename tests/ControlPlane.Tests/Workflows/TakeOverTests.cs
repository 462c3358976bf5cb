using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.Workflows;

/// <summary>
/// A service that stops in the middle, at each step: the next one ends the work, and the first touches nothing more.
/// </summary>
public sealed class TakeOverTests : IDisposable
{
    private readonly WorkflowBench _bench = new();

    public static TheoryData<int, When, string> EveryStep()
    {
        var data = new TheoryData<int, When, string>();
        foreach (var host in new[] { WorkflowBench.Host, "host-b" })
        {
            foreach (var when in Enum.GetValues<When>())
            {
                // Who is gone inside the last step's transaction is gone before it.
                var steps = CreateBackupTrace.Steps.Length - (when == When.After ? 1 : 0);
                for (var i = 0; i < steps; i++)
                    data.Add(i, when, host);
            }
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public async Task A_backup_is_ended_by_the_next_service(int index, When when, string nextHost)
    {
        var volume = await _bench.AddVolumeAsync();
        var backup = await _bench.AddBackupAsync(volume);
        var crash = new StepFault(CreateBackupTrace.Steps[index], when, hang: true);
        var crashed = _bench.RunAsync(backup.Id, crash);
        await crash.Reached;
        await _bench.ExpireLeaseAsync(backup.Id);

        await _bench.RunAsync(backup.Id, host: nextHost);

        var record = await _bench.BackupAsync(backup.Id);
        Assert.Null(record.FailReason);
        Assert.Equal((BackupStatus.Available, 2, nextHost), (record.Status, record.ClaimNumber, record.Host));
        Assert.Equal(VolumeStatus.InUse, (await _bench.VolumeAsync(volume.Id)).Status);
        Assert.True(_bench.DataPlane.Repository.ContainsKey(backup.Id.ToString()));
        Assert.Equal("token", _bench.Volumes.BasePoints[backup.Id]);
        _bench.AssertNothingLeft();
        Assert.False(crashed.IsCompleted);
    }

    [Fact]
    public async Task A_claim_that_died_before_its_first_line_is_not_taken_for_the_restore_before()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync(), b => b.Status = BackupStatus.Restoring);
        await AskForRestoreAsync(backup.Id);
        await _bench.RunAsync(backup.Id);
        var target = await AskForRestoreAsync(backup.Id);

        await _bench.ClaimAsync(backup.Id);
        await _bench.ExpireLeaseAsync(backup.Id);
        await _bench.RunAsync(backup.Id);

        Assert.Equal(2, _bench.DataPlane.Started.Count(started => started.Restore is not null));
        Assert.Equal(VolumeStatus.Available, (await _bench.VolumeAsync(target)).Status);
    }

    [Fact]
    public async Task A_transfer_under_way_on_the_same_host_is_watched_and_not_started_again()
    {
        _bench.DataPlane.HoldTransfers();
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        _ = _bench.RunAsync(backup.Id, new StepFault(WorkflowStep.TransferData, When.After, hang: true));
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        var claim = await _bench.ClaimAsync(backup.Id);
        _bench.DataPlane.ReleaseTransfers();
        await _bench.RunAsync(claim);

        Assert.Single(_bench.DataPlane.Started);
        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_device_that_is_exported_in_another_place_now_is_attached_anew()
    {
        _bench.DataPlane.HoldTransfers();
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        _ = _bench.RunAsync(backup.Id, new StepFault(WorkflowStep.TransferData, When.After, hang: true));
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        var claim = await _bench.ClaimAsync(backup.Id);
        _bench.Volumes.Path = "/dev/loop8";
        _bench.DataPlane.ReleaseTransfers();
        await _bench.RunAsync(claim);

        Assert.Equal(2, _bench.DataPlane.Started.Count(started => started.Backup is not null));
        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_former_owner_that_wakes_up_undoes_nothing_and_writes_nothing()
    {
        _bench.DataPlane.HoldTransfers();
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var paused = _bench.RunAsync(backup.Id);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);
        var claim = await _bench.ClaimAsync(backup.Id);

        _bench.DataPlane.ReleaseTransfers();
        await paused;

        Assert.Equal(2, claim.Number);
        Assert.Single(_bench.Volumes.Exports);
        Assert.Single(_bench.Volumes.TemporaryObjects);
        Assert.True(_bench.DataPlane.Repository.ContainsKey(backup.Id.ToString()));
        Assert.Equal(BackupStatus.Creating, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.Equal("12 transfer-data started", (await _bench.TraceAsync(backup.Id))[^1]);
    }

    [Fact]
    public async Task A_failure_that_was_not_recorded_to_its_end_is_recorded_by_the_next_service()
    {
        var volume = await _bench.AddVolumeAsync();
        var backup = await _bench.AddBackupAsync(volume);
        _bench.Volumes.OnRequest = name =>
        {
            if (name == "SettleBasePoint")
                _bench.StealAsync(backup.Id).GetAwaiter().GetResult();
        };
        await _bench.RunAsync(backup.Id, new StepFault(WorkflowStep.TransferData, When.Before));
        Assert.Equal(BackupStatus.Creating, (await _bench.BackupAsync(backup.Id)).Status);

        _bench.Volumes.OnRequest = static _ => { };
        await _bench.ExpireLeaseAsync(backup.Id);
        await _bench.RunAsync(backup.Id);

        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal(BackupStatus.Error, record.Status);
        Assert.Equal($"step 12 transfer-data: {StepFault.Message}", record.FailReason);
        Assert.Equal(VolumeStatus.InUse, (await _bench.VolumeAsync(volume.Id)).Status);
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task What_ends_every_service_is_given_up()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        for (var crash = 0; crash < 5; crash++)
        {
            var fault = new StepFault(WorkflowStep.AttachDevice, When.After, hang: true);
            _ = _bench.RunAsync(backup.Id, fault);
            await fault.Reached;
        }

        await _bench.RunAsync(backup.Id);

        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal(BackupStatus.Error, record.Status);
        Assert.Contains("given up", record.FailReason, StringComparison.Ordinal);
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task Work_that_is_suspended_leaves_no_device_and_goes_on_later()
    {
        _bench.DataPlane.HoldTransfers();
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        using var stopping = new CancellationTokenSource();
        var run = _bench.RunUntilAsync(backup.Id, stopping.Token);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        await stopping.CancelAsync();
        await run;

        Assert.Empty(_bench.Volumes.Exports);
        Assert.Empty(_bench.DataPlane.Attachments);
        Assert.Single(_bench.Volumes.TemporaryObjects);
        Assert.Equal(BackupStatus.Creating, (await _bench.BackupAsync(backup.Id)).Status);

        _bench.DataPlane.ReleaseTransfers();
        await _bench.RunAsync(backup.Id, host: "host-b");
        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_restore_that_is_taken_over_no_longer_counts_on_zeros()
    {
        _bench.DataPlane.HoldTransfers();
        var volume = await _bench.AddVolumeAsync(VolumeStatus.RestoringBackup, VolumeStatus.Available);
        var backup = await _bench.AddBackupAsync(volume, b => (b.Status, b.RestoreVolumeId) = ("restoring", volume.Id));
        _ = _bench.RunAsync(backup.Id, new StepFault(WorkflowStep.TransferData, When.After, hang: true));
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        await _bench.ExpireLeaseAsync(backup.Id);
        var claim = await _bench.ClaimAsync(backup.Id, "host-b");
        _bench.DataPlane.ReleaseTransfers();
        await _bench.RunAsync(claim, "host-b");

        Assert.Equal([true, false], _bench.DataPlane.Started.Where(s => s.Restore is not null).Select(
            s => s.Restore.TargetIsZero));
        Assert.Equal(VolumeStatus.Available, (await _bench.VolumeAsync(volume.Id)).Status);
        _bench.AssertNothingLeft();
    }

    public void Dispose() => _bench.Dispose();

    /// <summary>What the API does in one transaction.</summary>
    private async Task<Guid> AskForRestoreAsync(Guid backup)
    {
        var target = await _bench.AddVolumeAsync(VolumeStatus.RestoringBackup, VolumeStatus.Available);
        await _bench.SetRestoreVolumeAsync(backup, target.Id);
        await _bench.SetStatusAsync(backup, BackupStatus.Restoring);
        await _bench.AddAsync(new BackupStepEntity
        {
            BackupId = backup,
            Workflow = "restore",
            Step = WorkflowStep.RequestReceived.Number,
            Name = WorkflowStep.RequestReceived.Name,
            Outcome = "done",
        });
        return target.Id;
    }
}
