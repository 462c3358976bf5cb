using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;
using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.Tests.Workflows;

/// <summary>A verification beside its backup: result, damage, failures, take-over.</summary>
public sealed class VerifyBackupWorkflowTests : IDisposable
{
    private static readonly string[] Whole =
    [
        "6 record-claimed done", "12 verify-data started", "12 verify-data done", "18 result-recorded started",
        "18 result-recorded done",
    ];

    private readonly WorkflowBench _bench = new();

    public void Dispose() => _bench.Dispose();

    [Theory]
    [InlineData(VerificationLevel.Quick, 100, VerifyLevel.Structure)]
    [InlineData(VerificationLevel.Full, 10, VerifyLevel.Data)]
    public async Task A_good_backup_is_said_to_be_good_and_its_own_record_stays(
        string level, int percent, VerifyLevel expected)
    {
        var backup = await _bench.AskVerificationAsync(level, percent);

        await _bench.VerifyAsync(backup.Id);

        var row = await _bench.VerificationAsync(backup.Id);
        Assert.Equal((VerificationStatus.Good, null), (row.Status, row.FailReason));
        Assert.NotNull(row.EndedAt);
        Assert.Null(row.LeaseExpiresAt);
        var result = VerificationResult.Parse(row.ResultJson!);
        Assert.True(result.Usable);
        Assert.Equal((9, 0, 0), (result.ChunksChecked, result.BadChunks, result.LostBytes));
        var job = Assert.Single(_bench.DataPlane.Started).Verify;
        Assert.Equal((expected, percent), (job.Level, job.Percent));
        Assert.Equal(backup.Id.ToString(), Assert.Single(job.BackupIds));
        Assert.Equal(Whole, await _bench.TraceAsync(backup.Id));
        Assert.Empty(await _bench.MessagesAsync(backup.Id));
        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal(
            (BackupStatus.Available, 0L, (DateTime?)null), (record.Status, record.ClaimNumber, record.UpdatedAt));
    }

    [Fact]
    public async Task Damage_is_in_the_result_and_a_message_to_the_user()
    {
        var backup = await _bench.AskVerificationAsync();
        _bench.DataPlane.Verified = new VerifyResult
        {
            Backups = 1,
            RecordsChecked = 100,
            RecordsBad = 2,
            HarmedCount = 1,
            Harmed =
            {
                new HarmedBackup
                {
                    BackupId = backup.Id.ToString(),
                    LostBytes = 131072,
                    RangeCount = 1,
                    Ranges = { new Extent { OffsetBytes = 65536, LengthBytes = 131072 } },
                },
            },
        };

        await _bench.VerifyAsync(backup.Id);

        var row = await _bench.VerificationAsync(backup.Id);
        var result = VerificationResult.Parse(row.ResultJson!);
        Assert.Equal((VerificationStatus.Damaged, false), (row.Status, result.Usable));
        Assert.Equal((100, 2, 131072), (result.ChunksChecked, result.BadChunks, result.LostBytes));
        Assert.Equal(new LostRange(65536, 131072), Assert.Single(result.LostRanges));
        var message = Assert.Single(await _bench.MessagesAsync(backup.Id));
        Assert.Equal(("901", "901", backup.ProjectId), (message.ActionId, message.DetailId, message.ProjectId));
        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
    }

    [Fact]
    public async Task Damage_of_other_backups_only_is_counted_and_harms_this_one_not()
    {
        var backup = await _bench.AskVerificationAsync();
        _bench.DataPlane.Verified = new VerifyResult
        {
            Backups = 1,
            RecordsBad = 1,
            Harmed = { new HarmedBackup { BackupId = Guid.NewGuid().ToString(), RangeCount = 1 } },
        };

        await _bench.VerifyAsync(backup.Id);

        var row = await _bench.VerificationAsync(backup.Id);
        Assert.Equal(VerificationStatus.Good, row.Status);
        Assert.Equal(1, VerificationResult.Parse(row.ResultJson!).BadChunks);
    }

    [Fact]
    public async Task A_backup_whose_manifest_cannot_be_read_is_lost_whole()
    {
        var backup = await _bench.AskVerificationAsync(VerificationLevel.Quick);
        _bench.DataPlane.Verified =
            new VerifyResult { Harmed = { new HarmedBackup { BackupId = backup.Id.ToString() } } };

        await _bench.VerifyAsync(backup.Id);

        var result = VerificationResult.Parse((await _bench.VerificationAsync(backup.Id)).ResultJson!);
        Assert.Equal(1L << 30, result.LostBytes);
    }

    [Fact]
    public async Task What_could_not_be_looked_at_is_an_error_and_never_good()
    {
        var locked = await _bench.AskVerificationAsync();
        _bench.DataPlane.Verified = new VerifyResult { Clean = true, Warnings = { "no key was given" } };
        await _bench.VerifyAsync(locked.Id);
        var failed = await _bench.AskVerificationAsync();
        _bench.DataPlane.JobError = "the disk is gone";
        await _bench.VerifyAsync(failed.Id);

        const string step = "step 12 verify-data: ";
        Assert.Equal(
            (VerificationStatus.Error, step + "the data plane has not looked at the backup: no key was given"),
            await OutcomeAsync(locked.Id));
        Assert.Equal((VerificationStatus.Error, step + "the disk is gone"), await OutcomeAsync(failed.Id));
        Assert.Equal("902", Assert.Single(await _bench.MessagesAsync(failed.Id)).DetailId);
    }

    [Fact]
    public async Task A_data_plane_that_is_lost_costs_the_verification_a_second_start()
    {
        var backup = await _bench.AskVerificationAsync();
        _bench.DataPlane.HoldTransfers();
        var run = _bench.VerifyAsync(backup.Id);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        _bench.DataPlane.KillAndRestart();
        await run;

        Assert.Equal(2, _bench.DataPlane.Started.Count);
        Assert.Equal(VerificationStatus.Good, (await _bench.VerificationAsync(backup.Id)).Status);
    }

    [Theory]
    [InlineData("verify-data", When.Before, WorkflowBench.Host)]
    [InlineData("verify-data", When.After, WorkflowBench.Host)]
    [InlineData("result-recorded", When.Before, WorkflowBench.Host)]
    [InlineData("verify-data", When.Before, "host-b")]
    [InlineData("verify-data", When.After, "host-b")]
    [InlineData("result-recorded", When.Before, "host-b")]
    public async Task A_verification_is_ended_by_the_next_service(string step, When when, string nextHost)
    {
        var backup = await _bench.AskVerificationAsync();
        var at = step == WorkflowStep.VerifyData.Name ? WorkflowStep.VerifyData : WorkflowStep.ResultRecorded;
        var crash = new StepFault(at, when, hang: true);
        var crashed = _bench.VerifyAsync(backup.Id, crash);
        await crash.Reached;
        await _bench.ChangeVerificationAsync(backup.Id, row => row.LeaseExpiresAt = DateTime.UtcNow.AddMinutes(-1));

        await _bench.VerifyAsync(backup.Id, host: nextHost);

        var row = await _bench.VerificationAsync(backup.Id);
        Assert.Equal((VerificationStatus.Good, 2L, nextHost), (row.Status, row.ClaimNumber, row.Host));
        _bench.AssertNothingLeft();
        Assert.False(crashed.IsCompleted);
    }

    [Fact]
    public async Task A_former_owner_that_wakes_up_writes_no_result()
    {
        var backup = await _bench.AskVerificationAsync();
        _bench.DataPlane.HoldTransfers();
        var paused = _bench.VerifyAsync(backup.Id);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);
        var claim = await _bench.ClaimVerificationAsync(backup.Id);

        _bench.DataPlane.ReleaseTransfers();
        await paused;

        Assert.Equal(2, claim.Number);
        Assert.Equal(VerificationStatus.Verifying, (await _bench.VerificationAsync(backup.Id)).Status);
        await _bench.RunAsync(claim);
        Assert.Equal(VerificationStatus.Good, (await _bench.VerificationAsync(backup.Id)).Status);
    }

    [Theory]
    [InlineData("verify-data", When.Before)]
    [InlineData("result-recorded", When.Before)]
    public async Task One_that_was_cancelled_has_no_result_whenever_it_was(string step, When when)
    {
        var backup = await _bench.AskVerificationAsync();
        var at = step == WorkflowStep.VerifyData.Name ? WorkflowStep.VerifyData : WorkflowStep.ResultRecorded;
        var cancels = new ActsAt(at, when, () => CancelAsync(backup.Id));

        await _bench.VerifyAsync(backup.Id, cancels);

        var row = await _bench.VerificationAsync(backup.Id);
        Assert.Equal((VerificationStatus.Cancelled, null), (row.Status, row.ResultJson));
        Assert.Null(row.CancelRequestedAt);
        Assert.Empty(await _bench.MessagesAsync(backup.Id));
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task One_that_waits_is_cancelled_without_a_job()
    {
        var backup = await _bench.AskVerificationAsync();
        await CancelAsync(backup.Id);

        await _bench.VerifyAsync(backup.Id);

        Assert.Equal(VerificationStatus.Cancelled, (await _bench.VerificationAsync(backup.Id)).Status);
        Assert.Empty(_bench.DataPlane.Started);
    }

    [Fact]
    public async Task A_backup_is_restored_and_verified_at_the_same_time()
    {
        var target = await _bench.AddVolumeAsync(VolumeStatus.RestoringBackup, VolumeStatus.Available);
        var backup = await _bench.AskVerificationAsync(status: BackupStatus.Restoring);
        await _bench.SetRestoreVolumeAsync(backup.Id, target.Id);
        _bench.DataPlane.HoldTransfers();
        var verifies = _bench.VerifyAsync(backup.Id);
        var restores = _bench.RunAsync(backup.Id);
        await Eventually.HoldsAsync(() => _bench.DataPlane.Started.Count == 2);

        _bench.DataPlane.ReleaseTransfers();
        await Task.WhenAll(verifies, restores);

        Assert.Equal(VerificationStatus.Good, (await _bench.VerificationAsync(backup.Id)).Status);
        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        _bench.AssertNothingLeft();
    }

    private Task CancelAsync(Guid backupId) =>
        _bench.ChangeVerificationAsync(backupId, row => row.CancelRequestedAt = DateTime.UtcNow);

    private async Task<(string, string?)> OutcomeAsync(Guid backupId)
    {
        var row = await _bench.VerificationAsync(backupId);
        return (row.Status, row.FailReason);
    }

    /// <summary>Does something at a step.</summary>
    private sealed class ActsAt(WorkflowStep at, When when, Func<Task> act) : IStepObserver
    {
        public Task BeforeAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken) =>
            step == at && when == When.Before ? act() : Task.CompletedTask;

        public Task AfterAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken) =>
            step == at && when == When.After ? act() : Task.CompletedTask;
    }
}
