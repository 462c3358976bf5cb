using System.Net;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>The administrators' ways out: resetting the status, and deleting by force.</summary>
public sealed class BackupActionTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Reset = "{\"os-reset_status\":{\"status\":\"error\"}}";

    private ApiClient Admin => host.As(ApiHost.Admin);

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Theory]
    [InlineData("available", BackupStatus.Available)]
    [InlineData("ERROR", BackupStatus.Error)]
    public async Task The_status_is_reset_from_any_status(string asked, string expected)
    {
        foreach (var before in new[] { BackupStatus.Error, BackupStatus.Deleting, BackupStatus.Available })
        {
            var backup = await host.AddBackupAsync(await host.AddVolumeAsync(), before);

            var answer = await Admin.PostAsync(
                $"/backups/{backup.Id}/action", $"{{\"os-reset_status\":{{\"status\":\"{asked}\"}}}}");

            answer.MustBe(HttpStatusCode.Accepted);
            Assert.Equal("", answer.Text);
            Assert.Equal(expected, (await host.BackupAsync(backup.Id)).Status);
        }
    }

    [Fact]
    public async Task What_a_backup_holds_that_nobody_works_on_is_given_back()
    {
        var volume = await host.AddVolumeAsync(
            VolumeStatus.BackingUp, change: row => row.PreviousStatus = VolumeStatus.InUse);
        var backup = await host.AddBackupAsync(volume, BackupStatus.Creating);
        var snapshot = await host.AddSnapshotAsync(await host.AddVolumeAsync(), SnapshotStatus.BackingUp);
        var ofSnapshot = await host.AddBackupAsync(
            await host.AddVolumeAsync(), BackupStatus.Creating, change: row => row.SnapshotId = snapshot.Id);

        (await Admin.PostAsync($"/backups/{backup.Id}/action", Reset)).MustBe(HttpStatusCode.Accepted);
        (await Admin.PostAsync($"/backups/{ofSnapshot.Id}/action", Reset)).MustBe(HttpStatusCode.Accepted);

        var read = await host.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.InUse, (string?)null), (read.Status, read.PreviousStatus));
        Assert.Equal(SnapshotStatus.Available, (await host.SnapshotAsync(snapshot.Id)).Status);
    }

    [Fact]
    public async Task What_a_service_works_on_it_gives_back_itself()
    {
        var volume = await host.AddVolumeAsync(VolumeStatus.BackingUp);
        var lease = DateTime.UtcNow.AddHours(1);
        var backup = await host.AddBackupAsync(
            volume, BackupStatus.Creating, change: row => row.LeaseExpiresAt = lease);

        (await Admin.PostAsync($"/backups/{backup.Id}/action", "{\"os-force_delete\":null}")).MustBe(
            HttpStatusCode.Accepted);

        var read = await host.BackupAsync(backup.Id);
        Assert.Equal(BackupStatus.Deleting, read.Status);
        Assert.NotNull(read.LeaseExpiresAt);
        Assert.Equal(VolumeStatus.BackingUp, (await host.VolumeAsync(volume.Id)).Status);
    }

    [Theory]
    [InlineData(null, VolumeStatus.RestoringBackup, VolumeStatus.Available)]
    [InlineData(-1, VolumeStatus.RestoringBackup, VolumeStatus.ErrorRestoring)]
    [InlineData(1, VolumeStatus.RestoringBackup, VolumeStatus.RestoringBackup)]
    [InlineData(null, VolumeStatus.Creating, VolumeStatus.ErrorRestoring)]
    public async Task The_target_of_a_restore_that_is_overruled(int? leaseHours, string before, string after)
    {
        var target = await host.AddVolumeAsync(before);
        var backup = await host.AddBackupAsync(target, BackupStatus.Restoring, change: row =>
        {
            row.RestoreVolumeId = target.Id;
            row.LeaseExpiresAt = leaseHours is { } hours ? DateTime.UtcNow.AddHours(hours) : null;
        });

        (await Admin.PostAsync($"/backups/{backup.Id}/action", Reset)).MustBe(HttpStatusCode.Accepted);

        Assert.Equal(after, (await host.VolumeAsync(target.Id)).Status);
    }

    [Theory]
    [InlineData("null")]
    [InlineData("{}")]
    [InlineData("{\"anything\":1}")]
    public async Task Force_delete_sends_the_command_from_any_status(string value)
    {
        foreach (var status in new[] { BackupStatus.Creating, BackupStatus.Restoring, BackupStatus.Deleting })
        {
            var backup = await host.AddBackupAsync(await host.AddVolumeAsync(), status);

            var answer = await Admin.PostAsync($"/backups/{backup.Id}/action", $"{{\"os-force_delete\":{value}}}");

            answer.MustBe(HttpStatusCode.Accepted);
            Assert.Equal(BackupStatus.Deleting, (await host.BackupAsync(backup.Id)).Status);
            Assert.Contains(host.Sender.Of<DeleteBackup>(), sent => sent.Command.BackupId == backup.Id);
        }
    }

    [Fact]
    public async Task Refusals()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());
        var path = $"/backups/{backup.Id}/action";
        const string rules = "volume_extension:backup_admin_actions:";

        (await Admin.PostAsync(path, "{\"os-reset_status\":{\"status\":\"creating\"}}")).MustRefuse(
            "Backup status: creating is invalid, valid statuses are: ['available', 'error'].");
        (await Admin.PostAsync(path, "{\"os-reset_status\":{}}")).MustRefuse(
            "Invalid input for field/attribute os-reset_status. Value: {}. 'status' is a required property");
        (await Demo.PostAsync(path, Reset)).MustRefuse(
            403, "forbidden", $"Policy doesn't allow {rules}reset_status to be performed.");
        (await Demo.PostAsync(path, "{\"os-force_delete\":{}}")).MustRefuse(
            403, "forbidden", $"Policy doesn't allow {rules}force_delete to be performed.");
        (await Admin.PostAsync(path, "{\"os-foo\":{}}")).MustRefuse(
            "There is no such action: os-foo. Verify the request body and Content-Type header and try again.");
        (await Admin.PostAsync(path, "{}")).MustRefuse("Malformed request body");
        (await Admin.PostAsync(path, "{\"os-force_delete\":{},\"os-reset_status\":{}}")).MustRefuse(
            "Malformed request body");
        (await Admin.PostAsync(path, "{\"os-force_delete\":1}")).MustBe(HttpStatusCode.BadRequest);
        var none = Guid.NewGuid();
        (await Admin.PostAsync($"/backups/{none}/action", Reset)).MustRefuse(
            404, "itemNotFound", $"Backup {none} could not be found.");
        Assert.Equal(BackupStatus.Available, (await host.BackupAsync(backup.Id)).Status);
    }
}
