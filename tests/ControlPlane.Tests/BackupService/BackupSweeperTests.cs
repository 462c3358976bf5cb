using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.BackupService;

public sealed class BackupSweeperTests : IDisposable
{
    private static readonly CancellationToken Token = CancellationToken.None;
    private static readonly TimeSpan Resend = TimeSpan.FromSeconds(15);

    private readonly WorkflowBench _bench = new();

    [Fact]
    public async Task A_command_that_nobody_claimed_is_sent_again_once_by_all_services_together()
    {
        using var a = new ServiceBench(_bench, "a");
        using var b = new ServiceBench(_bench, "b");
        var backup = await AddOldAsync(BackupStatus.Creating);

        await Task.WhenAll(a.Sweeper.SweepAsync(Resend, Token), b.Sweeper.SweepAsync(Resend, Token));

        var command = Assert.IsType<CreateBackup>(Assert.Single(a.Sender.Sent.Concat(b.Sender.Sent)));
        Assert.Equal(backup.Id, command.BackupId);
    }

    [Fact]
    public async Task Each_workflow_has_its_command()
    {
        using var service = new ServiceBench(_bench);
        await AddOldAsync(BackupStatus.Creating);
        var restoring = await AddOldAsync(BackupStatus.Restoring);
        await AddOldAsync(BackupStatus.Deleting);
        await AddOldAsync(BackupStatus.Available);
        await AddOldAsync(BackupStatus.Error);

        await service.Sweeper.SweepAsync(Resend, Token);

        Assert.Equal(3, service.Sender.Sent.Count);
        Assert.Single(service.Sender.Sent.OfType<CreateBackup>());
        Assert.Equal(restoring.RestoreVolumeId, Assert.Single(service.Sender.Sent.OfType<RestoreBackup>()).VolumeId);
        Assert.Single(service.Sender.Sent.OfType<DeleteBackup>());
    }

    [Fact]
    public async Task A_command_that_was_sent_a_moment_ago_is_not_sent_again()
    {
        using var service = new ServiceBench(_bench);
        await _bench.AddBackupAsync(await _bench.AddVolumeAsync(), b => b.CommandSentAt = DateTime.UtcNow);

        await service.Sweeper.SweepAsync(Resend, Token);

        Assert.Empty(service.Sender.Sent);
    }

    [Fact]
    public async Task What_a_host_could_not_attach_it_does_not_take_over()
    {
        using var other = new ServiceBench(_bench, "b");
        using var own = new ServiceBench(_bench, "volume-host");
        var volume = await _bench.AddVolumeAsync();
        var creating = await _bench.AddBackupAsync(volume, b => b.LeaseExpiresAt = DateTime.UtcNow.AddHours(-1));
        var deleting = await _bench.AddBackupAsync(volume, b =>
            (b.Status, b.LeaseExpiresAt) = (BackupStatus.Deleting, DateTime.UtcNow.AddHours(-1)));
        var cancelled = await _bench.AddBackupAsync(volume, b =>
            (b.CancelRequestedAt, b.LeaseExpiresAt) = (DateTime.UtcNow, DateTime.UtcNow.AddHours(-1)));

        var ofOther = await other.Claims.FindAbandonedAsync(10, Token);
        var ofOwn = await own.Claims.FindAbandonedAsync(10, Token);

        Assert.Equal(
            new[] { deleting.Id, cancelled.Id }.Order(), ofOther.Select(record => record.Id).Order());
        Assert.Equal(
            new[] { creating.Id, deleting.Id, cancelled.Id }.Order(), ofOwn.Select(record => record.Id).Order());
    }

    [Fact]
    public async Task A_record_whose_owner_is_gone_is_taken_over_and_ended()
    {
        using var service = new ServiceBench(_bench, "b", options => options.BackupPlacement = "zone");
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var crash = new StepFault(WorkflowStep.AttachDevice, When.After, hang: true);
        _ = _bench.RunAsync(backup.Id, crash, host: "a");
        await crash.Reached;
        await service.Sweeper.SweepAsync(Resend, Token);
        Assert.Empty(service.Runner.UnderWay);

        await _bench.ExpireLeaseAsync(backup.Id);
        await service.Sweeper.SweepAsync(Resend, Token);
        await service.IdleAsync();

        var record = await _bench.BackupAsync(backup.Id);
        Assert.Equal((BackupStatus.Available, "b"), (record.Status, record.Host));
        _bench.AssertNothingLeft();
    }

    [Fact]
    public async Task A_host_that_was_restarted_takes_over_what_it_held_at_once()
    {
        using var service = new ServiceBench(_bench);
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var crash = new StepFault(WorkflowStep.TransferData, When.Before, hang: true);
        _ = _bench.RunAsync(backup.Id, crash);
        await crash.Reached;

        await service.Sweeper.SweepAsync(Resend, Token);
        await service.IdleAsync();

        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
    }

    [Fact]
    public async Task What_this_service_works_on_is_not_taken_over_from_itself()
    {
        using var service = new ServiceBench(_bench);
        _bench.DataPlane.HoldTransfers();
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await service.Intake.TakeAsync(backup.Id, WorkflowKind.Create, Token);
        await Eventually.HoldsAsync(() => !_bench.DataPlane.Started.IsEmpty);

        await service.Sweeper.SweepAsync(Resend, Token);
        _bench.DataPlane.ReleaseTransfers();
        await service.IdleAsync();

        Assert.Equal(1, (await _bench.BackupAsync(backup.Id)).ClaimNumber);
    }

    public void Dispose() => _bench.Dispose();

    private async Task<BackupEntity> AddOldAsync(string status)
    {
        var volume = await _bench.AddVolumeAsync();
        return await _bench.AddBackupAsync(volume, b =>
        {
            b.Status = status;
            b.CreatedAt = DateTime.UtcNow.AddMinutes(-5);
            b.CommandSentAt = DateTime.UtcNow.AddMinutes(-1);
            b.RestoreVolumeId = volume.Id;
        });
    }
}
