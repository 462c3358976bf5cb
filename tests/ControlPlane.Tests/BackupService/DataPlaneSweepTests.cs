using BackupEngine.ControlPlane.BackupService;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;
using BackupEngine.DataPlane.Protocol;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.BackupService;

/// <summary>What a data plane still does for claims that its host has lost.</summary>
public sealed class DataPlaneSweepTests : IDisposable
{
    private readonly WorkflowBench _bench = new();

    [Fact]
    public async Task A_former_owner_ends_its_job_and_attachment_and_nothing_of_a_later_claim()
    {
        _bench.LeaseSeconds = 2;
        _bench.DataPlane.HoldTransfers();
        var volume = await _bench.AddVolumeAsync();
        var backup = await _bench.AddBackupAsync(volume);
        var run = _bench.RunAsync(backup.Id);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);
        var former = Assert.Single(_bench.DataPlane.Jobs).Key;
        var later = Put(ClaimedName.Backup, backup.Id, 2);
        var laterDevice = Put(ClaimedName.Attachment, backup.Id, 2);
        var exports = _bench.Volumes.Exports.Count;

        await _bench.StealAsync(backup.Id);
        await run;

        Assert.Equal(JobState.Cancelled, _bench.DataPlane.Jobs[former].State);
        Assert.Equal(JobState.Running, _bench.DataPlane.Jobs[later].State);
        Assert.Equal([laterDevice], _bench.DataPlane.Attachments.Keys);
        Assert.Equal(exports, _bench.Volumes.Exports.Count);
        Assert.Equal(BackupStatus.Creating, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.Equal(VolumeStatus.BackingUp, (await _bench.VolumeAsync(volume.Id)).Status);
    }

    [Fact]
    public async Task The_sweep_ends_what_belongs_to_no_claim_of_this_host()
    {
        var held = await AddClaimedAsync(WorkflowBench.Host, leased: true);
        var elsewhere = await AddClaimedAsync("host-b", leased: true);
        var ended = await AddClaimedAsync(WorkflowBench.Host, leased: false);
        var backAgain = await AddClaimedAsync(WorkflowBench.Host, leased: true);
        await AddClaimLineAsync(backAgain, attempt: 2, "host-b");
        string[] kept =
        [
            Put(ClaimedName.Backup, held, 1),
            Put(ClaimedName.Attachment, held, 1),
            Put(ClaimedName.Restore, backAgain, 3),
            Put("verify", "an-operators-own"),
            Put(ClaimedName.Attachment, "an-operators-device"),
        ];
        string[] gone =
        [
            Put(ClaimedName.Backup, elsewhere, 1),
            Put(ClaimedName.Attachment, elsewhere, 1),
            Put(ClaimedName.Attachment, ended, 1),
            Put(ClaimedName.Restore, backAgain, 1),
            Put(ClaimedName.Delete, Guid.NewGuid(), 4),
        ];

        await Sweep().SweepAsync(TestContext.Current.CancellationToken);

        var left = _bench.DataPlane.Attachments.Keys.Concat(
            _bench.DataPlane.Jobs.Values.Where(job => job.State == JobState.Running).Select(job => job.JobId));
        Assert.Equal(kept.Order(StringComparer.Ordinal), left.Order(StringComparer.Ordinal));
        Assert.Equal(5, gone.Length);
    }

    [Fact]
    public async Task A_verification_has_claims_of_its_own_beside_those_of_its_backup()
    {
        var here = await _bench.AskVerificationAsync();
        var elsewhere = await _bench.AskVerificationAsync();
        await _bench.ClaimVerificationAsync(here.Id);
        await _bench.ClaimVerificationAsync(elsewhere.Id, "host-b");
        var backup = await AddClaimedAsync(WorkflowBench.Host, leased: true);
        await AddClaimLineAsync(backup, attempt: 9, "host-b", WorkflowKind.Verify.Name);
        await AddClaimLineAsync(here.Id, attempt: 9, "host-b");
        string[] kept = [Put(ClaimedName.Verify, here.Id, 1), Put(ClaimedName.Backup, backup, 1)];
        Put(ClaimedName.Verify, elsewhere.Id, 1);
        Put(ClaimedName.Verify, backup, 1);

        await Sweep().SweepAsync(TestContext.Current.CancellationToken);

        var left = _bench.DataPlane.Jobs.Values.Where(job => job.State == JobState.Running).Select(job => job.JobId);
        Assert.Equal(kept.Order(StringComparer.Ordinal), left.Order(StringComparer.Ordinal));
    }

    [Fact]
    public async Task A_host_that_has_its_record_back_begins_the_transfer_anew()
    {
        _bench.LeaseSeconds = 2;
        _bench.DataPlane.HoldTransfers();
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var claim = await _bench.ClaimAsync(backup.Id);
        var run = _bench.RunAsync(claim);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);
        await _bench.Leftovers().EndAsync(claim, TestContext.Current.CancellationToken);
        await _bench.StealAsync(backup.Id);
        await run;
        await _bench.ExpireLeaseAsync(backup.Id);
        _bench.DataPlane.ReleaseTransfers();

        await _bench.RunAsync(backup.Id);

        var record = await _bench.BackupAsync(backup.Id);
        Assert.True(record.Status == BackupStatus.Available, record.FailReason);
        _bench.AssertNothingLeft();
    }

    [Theory]
    [InlineData("backup-6f1c3b1e-6b0c-4a35-9b2f-0a4b3c2d1e0f")]
    [InlineData("gc-6f1c3b1e-6b0c-4a35-9b2f-0a4b3c2d1e0f-claim-1-6f1c3b1e6b0c4a359b2f0a4b3c2d1e0f")]
    [InlineData("")]
    public void Other_names_are_none_of_a_workflow(string name) => Assert.Null(ClaimedName.Parse(name));

    public void Dispose() => _bench.Dispose();

    private DataPlaneSweep Sweep() => new(
        _bench.Leftovers(), _bench.Claims(), _bench.Options(), TimeProvider.System,
        NullLogger<DataPlaneSweep>.Instance);

    private string Put(string kind, Guid backupId, long claim) =>
        Put(kind, $"{new ClaimedName(kind, backupId, claim, Guid.NewGuid())}");

    private string Put(string kind, string name)
    {
        if (kind == ClaimedName.Attachment)
            _bench.DataPlane.Attachments[name] = new Attachment { AttachmentId = name };
        else
            _bench.DataPlane.Jobs[name] = new Job { JobId = name, State = JobState.Running };
        return name;
    }

    private async Task<Guid> AddClaimedAsync(string host, bool leased)
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync(), b =>
        {
            (b.Host, b.ClaimNumber) = (host, 1);
            b.LeaseExpiresAt = leased ? DateTime.UtcNow.AddHours(1) : null;
        });
        await AddClaimLineAsync(backup.Id, attempt: 1, host);
        return backup.Id;
    }

    private Task<BackupStepEntity> AddClaimLineAsync(
        Guid backupId, long attempt, string host, string workflow = "create")
    {
        var line = new BackupStepEntity
        {
            BackupId = backupId,
            Workflow = workflow,
            Step = WorkflowStep.RecordClaimed.Number,
            Name = WorkflowStep.RecordClaimed.Name,
            Attempt = attempt,
            Outcome = StepOutcome.Done,
            Host = host,
            At = DateTime.UtcNow,
        };
        return _bench.AddAsync(line);
    }
}
