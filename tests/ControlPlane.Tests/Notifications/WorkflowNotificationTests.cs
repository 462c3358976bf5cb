using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.Workflows.Support;
using BackupEngine.ControlPlane.Workflows;
using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.Tests.Notifications;

/// <summary>
/// What the workflows tell: a start once, and an end or an error with it; nothing that was not committed, and nothing
/// by whom the record does not belong to any more.
/// </summary>
public sealed class WorkflowNotificationTests : IDisposable
{
    private readonly WorkflowBench _bench = new() { Notifications = NotificationSettings.MessagingV2 };

    public void Dispose() => _bench.Dispose();

    [Fact]
    public async Task A_backup_a_restore_and_a_delete_tell_their_start_and_their_end()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await _bench.RunAsync(backup.Id);
        await AskForRestoreAsync(backup.Id);
        await _bench.RunAsync(backup.Id);
        await _bench.SetStatusAsync(backup.Id, BackupStatus.Deleting);
        await _bench.RunAsync(backup.Id);

        Assert.Equal(
            [
                "INFO backup.create.start creating",
                "INFO backup.create.end available",
                "INFO backup.restore.start restoring",
                "INFO backup.restore.end available",
                "INFO backup.delete.start deleting",
                "INFO backup.delete.end deleted",
            ],
            await ToldAsync());
        var written = await _bench.NotificationsAsync();
        Assert.Equal(6, written.Select(told => told.MessageId).Distinct().Count());
        Assert.All(written, told =>
        {
            Assert.Equal(backup.Id, told.BackupId);
            Assert.Equal("backup." + WorkflowBench.Host, (string?)JsonNode.Parse(told.MessageJson)!["publisher_id"]);
            Assert.Equal($"{told.MessageId}", (string?)JsonNode.Parse(told.MessageJson)!["message_id"]);
        });
    }

    [Fact]
    public async Task What_fails_tells_an_error_with_the_reason_and_no_end()
    {
        // After the last writes, inside their transaction: what they told is rolled back with them.
        var fault = new StepFault(WorkflowStep.RecordUpdated, When.After);
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await _bench.RunAsync(backup.Id, fault);
        var restored = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await AskForRestoreAsync(restored.Id);
        await _bench.RunAsync(restored.Id, fault);
        await _bench.SetStatusAsync(backup.Id, BackupStatus.Deleting);
        await _bench.RunAsync(backup.Id, fault);

        Assert.Equal(
            [
                "INFO backup.create.start creating",
                "ERROR backup.create.error error",
                "INFO backup.restore.start restoring",
                "ERROR backup.restore.error available",
                "INFO backup.delete.start deleting",
                "ERROR backup.delete.error error",
            ],
            await ToldAsync());
        Assert.All(
            (await _bench.NotificationsAsync()).Where(told => told.Priority == "ERROR"),
            told => Assert.Contains(
                StepFault.Message,
                (string?)JsonNode.Parse(told.MessageJson)!["payload"]!["fail_reason"],
                StringComparison.Ordinal));
    }

    [Fact]
    public async Task What_was_cancelled_before_it_began_tells_its_start_and_an_error()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await _bench.CancelAsync(backup.Id);

        await _bench.RunAsync(backup.Id);

        Assert.Equal(
            ["INFO backup.create.start creating", "ERROR backup.create.error error"], await ToldAsync());
    }

    [Fact]
    public async Task A_take_over_tells_no_second_start_and_names_the_host_that_ended_it()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var crash = new StepFault(WorkflowStep.AttachDevice, When.Before, hang: true);
        _ = _bench.RunAsync(backup.Id, crash);
        await crash.Reached;
        await _bench.ExpireLeaseAsync(backup.Id);

        await _bench.RunAsync(backup.Id, host: "host-b");

        Assert.Equal(
            ["INFO backup.create.start creating", "INFO backup.create.end available"], await ToldAsync());
        var end = JsonNode.Parse((await _bench.NotificationsAsync())[^1].MessageJson)!;
        Assert.Equal("backup.host-b", (string?)end["publisher_id"]);
        Assert.Equal("host-b", (string?)end["payload"]!["host"]);
    }

    [Fact]
    public async Task A_claim_that_died_before_its_first_line_leaves_the_start_to_the_next_one()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        await _bench.ClaimAsync(backup.Id);
        await _bench.ExpireLeaseAsync(backup.Id);

        await _bench.RunAsync(backup.Id, host: "host-b");

        Assert.Equal(
            ["INFO backup.create.start creating", "INFO backup.create.end available"], await ToldAsync());
    }

    [Theory]
    [InlineData(When.Before)]
    [InlineData(When.After)]
    public async Task A_former_owner_tells_nothing(When when)
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());

        await _bench.RunAsync(backup.Id, new Thief(_bench, when));

        Assert.Equal(["INFO backup.create.start creating"], await ToldAsync());
    }

    [Fact]
    public async Task A_backup_that_comes_further_tells_how_far_and_a_restore_does_not()
    {
        _bench.Time = new HastyTime();
        _bench.DataPlane.HoldTransfers();
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var run = _bench.RunAsync(backup.Id);
        var done = 0L;
        await Eventually.HoldsAsync(async () =>
        {
            _bench.DataPlane.Report(new JobProgress { DoneBytes = 2500 + done++, TotalBytes = 10_000 });
            return (await _bench.NotificationsAsync()).Any(told => told.EventType == "backup.createprogress");
        });
        _bench.DataPlane.ReleaseTransfers();
        await run;

        var progress = (await _bench.NotificationsAsync())
            .Where(told => told.EventType == "backup.createprogress")
            .Select(told => (int)JsonNode.Parse(told.MessageJson)!["payload"]!["backup_percent"]!);
        Assert.All(progress, percent => Assert.InRange(percent, 25, 100));
        Assert.Equal("INFO backup.create.end available", (await ToldAsync())[^1]);
    }

    [Fact]
    public async Task A_former_owner_tells_no_progress()
    {
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());
        var record = new BackupRecord(
            _bench, await _bench.ClaimAsync(backup.Id), WorkflowBench.Host, 30, TimeProvider.System,
            Microsoft.Extensions.Logging.Abstractions.NullLogger.Instance);
        var told = 0;

        Assert.True(await WriteAsync());
        await _bench.StealAsync(backup.Id);
        Assert.False(await WriteAsync());

        Assert.Equal(1, told);

        Task<bool> WriteAsync() => record.WriteProgressAsync(
            new ProgressSample(1, 10, 5),
            (_, _) =>
            {
                told++;
                return Task.CompletedTask;
            },
            TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task Nothing_is_told_of_a_verification_nor_where_notifications_are_off()
    {
        await _bench.VerifyAsync((await _bench.AskVerificationAsync()).Id);
        _bench.Notifications = NotificationSettings.Off;
        var backup = await _bench.AddBackupAsync(await _bench.AddVolumeAsync());

        await _bench.RunAsync(backup.Id);

        Assert.Equal(BackupStatus.Available, (await _bench.BackupAsync(backup.Id)).Status);
        Assert.Empty(await _bench.NotificationsAsync());
    }

    private async Task<string[]> ToldAsync() =>
    [
        .. (await _bench.NotificationsAsync()).Where(told => told.EventType != "backup.createprogress")
            .Select(told =>
                $"{told.Priority} {told.EventType} {JsonNode.Parse(told.MessageJson)!["payload"]!["status"]}"),
    ];

    private async Task AskForRestoreAsync(Guid backup)
    {
        var target = await _bench.AddVolumeAsync(VolumeStatus.RestoringBackup, VolumeStatus.Available);
        await _bench.SetRestoreVolumeAsync(backup, target.Id);
        await _bench.SetStatusAsync(backup, BackupStatus.Restoring);
    }

    /// <summary>Another service claims the record after the transfer, or when only the last writes are left.</summary>
    private sealed class Thief(WorkflowBench bench, When when) : IStepObserver
    {
        public Task BeforeAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken) =>
            StealAsync(claim, step == WorkflowStep.RecordUpdated && when == When.Before);

        public Task AfterAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken) =>
            StealAsync(claim, step == WorkflowStep.TransferData && when == When.After);

        private Task StealAsync(BackupClaim claim, bool isDue) =>
            isDue ? bench.StealAsync(claim.BackupId) : Task.CompletedTask;
    }
}
