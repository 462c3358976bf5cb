using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.Workflows;

/// <summary>
/// Faults that a backup must survive without a trace: each step failing before and after its action, an undo that
/// fails, a data plane that is killed, a commit whose answer is lost.
/// </summary>
public sealed class CreateBackupFaultTests : IDisposable
{
    private readonly WorkflowBench _bench = new();

    public static TheoryData<int, When> EveryStep()
    {
        var data = new TheoryData<int, When>();
        foreach (var when in Enum.GetValues<When>())
        {
            for (var i = 0; i < CreateBackupTrace.Steps.Length; i++)
                data.Add(i, when);
        }

        return data;
    }

    [Theory]
    [MemberData(nameof(EveryStep))]
    public async Task A_step_that_fails_is_undone_with_all_before_it(int index, When when)
    {
        var step = CreateBackupTrace.Steps[index];
        var volume = await _bench.AddVolumeAsync();
        var backup = await _bench.AddBackupAsync(volume);

        await _bench.RunAsync(backup.Id, new StepFault(step, when));

        Assert.Equal(CreateBackupTrace.FailedAt(step), await _bench.TraceAsync(backup.Id));
        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal(BackupStatus.Error, record.Status);
        Assert.Equal($"step {step.Number} {step.Name}: {StepFault.Message}", record.FailReason);
        Assert.Null(record.LeaseExpiresAt);
        Assert.Equal(VolumeStatus.InUse, (await _bench.VolumeAsync(volume.Id)).Status);
        _bench.AssertNothingLeft();
        Assert.Empty(_bench.DataPlane.Repository);
        Assert.Empty(_bench.Volumes.BasePoints);
    }

    [Fact]
    public async Task Work_that_is_stopped_after_its_end_is_committed_undoes_nothing()
    {
        var time = new HeldTime();
        (_bench.LeaseSeconds, _bench.Time) = (1, time);
        var volume = await _bench.AddVolumeAsync();
        var backup = await _bench.AddBackupAsync(volume);
        var fault = new StepFault(WorkflowStep.BasePointKept, When.Before, hang: true);

        var run = _bench.RunAsync(backup.Id, fault);
        await fault.Reached;
        // A lease where there is none any more: whoever renews it takes the new status for an operator's.
        await _bench.ExpireLeaseAsync(backup.Id);
        time.Release();
        await run.WaitAsync(TimeSpan.FromMinutes(3), TestContext.Current.CancellationToken);

        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.Contains(backup.Id.ToString(), _bench.DataPlane.Repository.Keys);
        Assert.Contains(backup.Id, _bench.Volumes.BasePoints.Keys);
        Assert.DoesNotContain(
            await _bench.TraceAsync(backup.Id), line => line.EndsWith("undone", StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_job_that_fails_puts_the_message_of_the_data_plane_into_the_record()
    {
        _bench.DataPlane.JobError = "The repository is full. " + new string('x', 400);
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());

        await _bench.RunAsync(backup.Id);

        var record = await _bench.BackupAsync(backup.Id);
        Assert.StartsWith(
            "step 12 transfer-data: The repository is full.", record.FailReason, StringComparison.Ordinal);
        Assert.Equal(255, record.FailReason!.Length);
    }

    [Fact]
    public async Task An_undo_that_fails_is_recorded_and_the_others_run()
    {
        _bench.Volumes.OnRequest = name =>
        {
            if (name == "DisconnectDevice")
                throw new VolumeServiceException("it does not answer");
        };
        var volume = await _bench.AddVolumeAsync();
        var backup = await _bench.AddBackupAsync(volume);
        _bench.Volumes.TemporaryKind = null;

        await _bench.RunAsync(backup.Id, new StepFault(WorkflowStep.TransferData, When.After));

        var steps = await _bench.StepsAsync(backup.Id);
        Assert.Equal(
            ["12 undone", "11 undone", "9 undo-failed", "7 undone"],
            steps.TakeLast(4).Select(line => $"{line.Step} {line.Outcome}"));
        Assert.Equal("it does not answer", steps.Single(line => line.Outcome == StepOutcome.UndoFailed).Error);
        Assert.Equal(BackupStatus.Error, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.Equal(VolumeStatus.InUse, (await _bench.VolumeAsync(volume.Id)).Status);
    }

    [Fact]
    public async Task A_data_plane_killed_in_the_middle_is_given_the_transfer_once_more()
    {
        _bench.DataPlane.HoldTransfers();
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var run = _bench.RunAsync(backup.Id);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        _bench.DataPlane.KillAndRestart();
        await run;

        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        _bench.AssertNothingLeft();
        Assert.Equal(
            [
                "11 attach-device started", "11 attach-device done",
                "12 transfer-data started", "12 transfer-data failed",
                "12 transfer-data undone", "11 attach-device undone",
                "11 attach-device started", "11 attach-device done",
                "12 transfer-data started", "12 transfer-data done",
            ],
            (await _bench.TraceAsync(backup.Id)).Where(line => line.StartsWith("11", StringComparison.Ordinal)
                || line.StartsWith("12", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task A_transfer_that_is_started_again_names_the_same_bytes_and_keeps_what_it_can_go_on_from()
    {
        _bench.DataPlane.HoldTransfers();
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var run = _bench.RunAsync(backup.Id);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        _bench.DataPlane.KillAndRestart();
        await run;

        var transfers = _bench.DataPlane.Started.Where(started => started.Backup is not null).ToArray();
        Assert.Equal(2, transfers.Length);
        Assert.NotEmpty(transfers[0].Backup.SourceIdentity);
        Assert.Equal(transfers[0].Backup.SourceIdentity, transfers[1].Backup.SourceIdentity);
        Assert.Equal(transfers[0].Backup.BackupId, transfers[1].Backup.BackupId);
        Assert.All(
            transfers,
            transfer => Assert.Equal(
                (256L << 20, 90),
                (transfer.Backup.Tuning.CheckpointIntervalBytes, transfer.Backup.Tuning.CheckpointSeconds)));
        Assert.All(
            _bench.DataPlane.Started.Where(started => started.Delete is not null),
            started => Assert.True(started.Delete.KeepCheckpoints));
    }

    [Fact]
    public async Task A_backup_that_is_given_up_keeps_no_checkpoints()
    {
        _bench.DataPlane.JobError = "the device is gone";
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());

        await _bench.RunAsync(backup.Id);

        Assert.Equal(BackupStatus.Error, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.All(
            _bench.DataPlane.Started.Where(started => started.Delete is not null),
            started => Assert.False(started.Delete.KeepCheckpoints));
    }

    [Fact]
    public async Task A_data_plane_that_is_lost_twice_fails_the_backup_with_a_reason()
    {
        _bench.DataPlane.OnCall = name =>
        {
            if (name == "Watch" && _bench.DataPlane.Started.Last().Backup is not null)
                throw new DataPlaneLostException("The data plane was restarted and has lost the job.");
        };
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());

        await _bench.RunAsync(backup.Id);

        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal(
            "step 12 transfer-data: The data plane was restarted and has lost the job.", record.FailReason);
        Assert.Equal(2, _bench.DataPlane.Started.Count(started => started.Backup is not null));
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_commit_whose_answer_is_lost_is_found_in_the_database_and_nothing_is_undone()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var observer = new LosesAnswerOfCommit(_bench, backup.Id);

        await _bench.RunAsync(backup.Id, observer);

        Assert.True(observer.Struck);
        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.True(_bench.DataPlane.Repository.ContainsKey(backup.Id.ToString()));
    }

    [Fact]
    public async Task A_status_changed_by_an_operator_ends_the_work_and_undoes_it()
    {
        _bench.DataPlane.HoldTransfers();
        var volume = await _bench.AddVolumeAsync();
        var backup = await _bench.AddBackupAsync(volume);
        var run = _bench.RunAsync(backup.Id);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        await _bench.SetStatusAsync(backup.Id, BackupStatus.Error);
        _bench.DataPlane.ReleaseTransfers();
        await run;

        Assert.Equal(BackupStatus.Error, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.Equal(VolumeStatus.InUse, (await _bench.VolumeAsync(volume.Id)).Status);
        _bench.AssertNothingLeft();
        Assert.Empty(_bench.DataPlane.Repository);
    }

    public void Dispose() => _bench.Dispose();
}
