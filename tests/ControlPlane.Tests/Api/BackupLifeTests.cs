using System.Net;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Showing, changing, deleting and restoring backups.</summary>
public sealed class BackupLifeTests(ApiHost host) : IClassFixture<ApiHost>
{
    private ApiClient Demo => host.As(ApiHost.Demo);

    [Fact]
    public async Task A_backup_is_shown_with_its_times_and_links()
    {
        var volume = await host.AddVolumeAsync();
        var created = new DateTime(2026, 11, 22, 13, 22, 0, DateTimeKind.Utc).AddMicroseconds(884543);
        var backup = await host.AddBackupAsync(volume, change: row =>
        {
            row.CreatedAt = created;
            row.MetadataJson = "{\"k\":\"v\"}";
        });

        var shown = (await Demo.GetAsync($"/backups/{backup.Id}"))["backup"];

        Assert.Equal("2026-11-22T13:22:00.884543", (string?)shown["created_at"]);
        Assert.Null(shown["updated_at"]);
        Assert.Equal("v", (string?)shown["metadata"]!["k"]);
        Assert.Equal(
            [
                $"http://localhost/v3/{ApiHost.Demo.ProjectId}/backups/{backup.Id}",
                $"http://localhost/{ApiHost.Demo.ProjectId}/backups/{backup.Id}",
            ],
            shown["links"]!.AsArray().Select(link => (string)link!["href"]!));
        var without = (await Demo.GetAsync($"/v3/backups/{backup.Id}"))["backup"];
        Assert.Equal($"http://localhost/v3/backups/{backup.Id}", (string?)without["links"]![0]!["href"]);
    }

    [Fact]
    public async Task What_is_another_projects_is_not_there_but_for_administrators()
    {
        var volume = await host.AddVolumeAsync(owner: ApiHost.Other);
        var backup = await host.AddBackupAsync(volume, owner: ApiHost.Other);
        var refusal = $"Backup {backup.Id} could not be found.";

        (await Demo.GetAsync($"/backups/{backup.Id}")).MustRefuse(404, "itemNotFound", refusal);
        (await Demo.GetAsync($"/backups/{backup.Id}/steps")).MustRefuse(404, "itemNotFound", refusal);
        (await Demo.PutAsync($"/backups/{backup.Id}", "{\"backup\":{}}")).MustRefuse(404, "itemNotFound", refusal);
        (await Demo.DeleteAsync($"/backups/{backup.Id}")).MustRefuse(404, "itemNotFound", refusal);
        (await RestoreAsync(backup.Id, "{}")).MustRefuse(404, "itemNotFound", refusal);
        (await Demo.GetAsync("/backups/foo")).MustRefuse(404, "itemNotFound", "Backup foo could not be found.");
        (await host.As(ApiHost.Admin).GetAsync($"/backups/{backup.Id}")).MustBe(HttpStatusCode.OK);
    }

    [Fact]
    public async Task A_change_keeps_what_it_does_not_name_and_replaces_metadata_as_a_whole()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync(), change: row =>
        {
            row.Description = "kept";
            row.MetadataJson = "{\"old\":\"1\"}";
        });

        var answer = await Demo.PutAsync(
            $"/backups/{backup.Id}", "{\"backup\":{\"name\":\" new \",\"metadata\":{\"k\":\"v\"}}}");

        answer.MustBe(HttpStatusCode.OK);
        Assert.Equal(["id", "name", "links"], answer["backup"].AsObject().Select(field => field.Key));
        var read = await host.BackupAsync(backup.Id);
        Assert.Equal(("new", "kept", "{\"k\":\"v\"}"), (read.Name, read.Description, read.MetadataJson));
        (await Demo.PutAsync($"/backups/{backup.Id}", "{\"backup\":{}}")).MustBe(HttpStatusCode.OK);
        (await Demo.PutAsync($"/backups/{backup.Id}", "{\"backup\":{\"size\":1}}")).MustBe(HttpStatusCode.BadRequest);
        (await Demo.PutAsync($"/backups/{backup.Id}", "{\"backup\":null}")).MustBe(HttpStatusCode.BadRequest);
        (await Demo.PutAsync($"/backups/{backup.Id}", "{\"backup\":{\"metadata\":null}}")).MustBe(
            HttpStatusCode.BadRequest);
    }

    [Theory]
    [InlineData(BackupStatus.Available)]
    [InlineData(BackupStatus.Error)]
    public async Task A_backup_at_rest_is_deleted_also_one_that_others_are_based_on(string status)
    {
        var volume = await host.AddVolumeAsync();
        var backup = await host.AddBackupAsync(volume, status);
        await host.AddBackupAsync(volume, change: row => row.ParentId = backup.Id);

        var answer = await Demo.DeleteAsync($"/backups/{backup.Id}");

        answer.MustBe(HttpStatusCode.Accepted);
        Assert.Equal("", answer.Text);
        Assert.Equal(BackupStatus.Deleting, (await host.BackupAsync(backup.Id)).Status);
        Assert.Contains(host.Sender.Of<DeleteBackup>(), sent => sent.Command.BackupId == backup.Id);
    }

    [Theory]
    [InlineData(BackupStatus.Creating)]
    [InlineData(BackupStatus.Deleting)]
    [InlineData(BackupStatus.Restoring)]
    public async Task A_backup_under_way_is_not_deleted(string status)
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync(), status);

        (await Demo.DeleteAsync($"/backups/{backup.Id}")).MustRefuse(
            "Invalid backup: Backup status must be available or error");
        Assert.Equal(status, (await host.BackupAsync(backup.Id)).Status);
    }

    [Fact]
    public async Task Of_requests_at_once_one_deletes()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => Demo.DeleteAsync($"/backups/{backup.Id}")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Accepted);
        Assert.Single(host.Sender.Of<DeleteBackup>(), sent => sent.Command.BackupId == backup.Id);
    }

    [Fact]
    public async Task A_restore_to_a_volume_reserves_both_and_sends_the_command()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());
        var target = await host.AddVolumeAsync(sizeGiB: 2);

        var answer = await RestoreAsync(backup.Id, $"{{\"volume_id\":\"{target.Id}\",\"name\":\"ignored\"}}");

        answer.MustBe(HttpStatusCode.Accepted);
        Assert.Equal((backup.Id, target.Id, "volume"), (
            (Guid)answer["restore"]["backup_id"]!,
            (Guid)answer["restore"]["volume_id"]!,
            (string)answer["restore"]["volume_name"]!));
        var read = await host.BackupAsync(backup.Id);
        Assert.Equal((BackupStatus.Restoring, target.Id), (read.Status, read.RestoreVolumeId));
        Assert.Equal(VolumeStatus.RestoringBackup, (await host.VolumeAsync(target.Id)).Status);
        Assert.Contains(host.Sender.Of<RestoreBackup>(), sent =>
            sent.Queue == "backup" && sent.Command.BackupId == backup.Id && sent.Command.VolumeId == target.Id);
    }

    [Theory]
    [InlineData("{}", null)]
    [InlineData("{\"volume_id\":null,\"name\":\"mine\"}", "mine")]
    public async Task A_restore_without_a_volume_makes_the_record_of_one_and_does_not_wait(string body, string? name)
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync(sizeGiB: 3));

        var answer = await RestoreAsync(backup.Id, body);

        answer.MustBe(HttpStatusCode.Accepted);
        var volume = await host.VolumeAsync((Guid)answer["restore"]["volume_id"]!);
        Assert.Equal(VolumeStatus.Creating, volume.Status);
        Assert.Equal(3, volume.SizeGiB);
        Assert.Equal(backup.Id, volume.RestoredFromBackupId);
        Assert.Equal(name ?? $"restore_backup_{backup.Id}", volume.Name);
        Assert.Equal("auto-created_from_restore_from_backup", volume.Description);
        Assert.DoesNotContain(host.Sender.Of<CreateVolume>(), sent => sent.Command.VolumeId == volume.Id);
        Assert.Contains(host.Sender.Of<RestoreBackup>(), sent => sent.Command.VolumeId == volume.Id);
    }

    [Fact]
    public async Task A_restore_is_refused_and_changes_nothing()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync(sizeGiB: 2));
        var failed = await host.AddBackupAsync(await host.AddVolumeAsync(), BackupStatus.Error);
        var empty = await host.AddBackupAsync(await host.AddVolumeAsync(sizeGiB: 0));
        var used = await host.AddVolumeAsync(VolumeStatus.InUse, sizeGiB: 2);
        var small = await host.AddVolumeAsync(sizeGiB: 1);
        var others = await host.AddVolumeAsync(owner: ApiHost.Other);

        (await RestoreAsync(failed.Id, "{}")).MustRefuse("Invalid backup: Backup status must be available");
        (await RestoreAsync(empty.Id, "{}")).MustRefuse("Invalid backup: Backup to be restored has invalid size");
        (await RestoreAsync(backup.Id, $"{{\"volume_id\":\"{others.Id}\"}}")).MustRefuse(
            404, "itemNotFound", $"Volume {others.Id} could not be found.");
        (await RestoreAsync(backup.Id, $"{{\"volume_id\":\"{used.Id}\"}}")).MustRefuse(
            "Invalid volume: Volume to be restored to must be available");
        (await RestoreAsync(backup.Id, $"{{\"volume_id\":\"{small.Id}\"}}")).MustRefuse(
            "Invalid volume: volume size 1 is too small to restore backup of size 2.");
        (await Demo.PostAsync($"/backups/{backup.Id}/restore", "{\"restore\":null}")).MustRefuse(
            "Invalid input for field/attribute restore. Value: None. None is not of type 'object'");
        Assert.Equal(BackupStatus.Available, (await host.BackupAsync(backup.Id)).Status);
        Assert.Equal(VolumeStatus.Available, (await host.VolumeAsync(small.Id)).Status);
    }

    [Fact]
    public async Task Of_restores_at_once_to_one_volume_one_is_taken_on()
    {
        var volume = await host.AddVolumeAsync();
        var target = await host.AddVolumeAsync();
        var backups = new List<BackupEntity>();
        for (var i = 0; i < 8; i++)
            backups.Add(await host.AddBackupAsync(volume));

        var answers = await Task.WhenAll(
            backups.Select(backup => RestoreAsync(backup.Id, $"{{\"volume_id\":\"{target.Id}\"}}")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Accepted);
        var statuses = await Task.WhenAll(backups.Select(backup => host.BackupAsync(backup.Id)));
        Assert.Single(statuses, backup => backup.Status == BackupStatus.Restoring);
    }

    private Task<ApiAnswer> RestoreAsync(Guid id, string body) =>
        Demo.PostAsync($"/backups/{id}/restore", $"{{\"restore\":{body}}}");
}
