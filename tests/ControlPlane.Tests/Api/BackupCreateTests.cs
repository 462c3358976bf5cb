using System.Net;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Tests.Api;

public sealed class BackupCreateTests(ApiHost host) : IClassFixture<ApiHost>
{
    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Fact]
    public async Task A_backup_is_taken_on_with_its_record_the_volumes_status_and_the_command()
    {
        var volume = await host.AddVolumeAsync(sizeGiB: 7);

        var answer = await Demo.PostAsync("/backups", $$$"""
            {"backup":{"volume_id":"{{{volume.Id}}}","name":" nightly ","description":"d","container":null,
             "incremental":false,"force":false,"snapshot_id":null,"metadata":{"k":"v"},"availability_zone":null}}
            """);

        answer.MustBe(HttpStatusCode.Accepted);
        Assert.Equal(["id", "name", "links"], answer["backup"].AsObject().Select(field => field.Key));
        var id = (Guid)answer["backup"]["id"]!;
        var backup = await host.BackupAsync(id);
        Assert.Equal(BackupStatus.Creating, backup.Status);
        Assert.Equal("nightly", backup.Name);
        Assert.Equal(7, backup.SizeGiB);
        Assert.Equal(ApiHost.Demo.ProjectId, backup.ProjectId);
        Assert.Equal(backup.CreatedAt, backup.DataTimestamp);
        Assert.NotNull(backup.CommandSentAt);
        var read = await host.VolumeAsync(volume.Id);
        Assert.Equal((VolumeStatus.BackingUp, VolumeStatus.Available), (read.Status, read.PreviousStatus));
        Assert.Contains(host.Sender.Of<CreateBackup>(), sent => sent.Queue == "backup" && sent.Command.BackupId == id);
    }

    [Fact]
    public async Task Steps_1_to_5_are_in_the_log()
    {
        var volume = await host.AddVolumeAsync();
        var id = await CreateAsync(volume);

        var answer = await Demo.GetAsync($"/backups/{id}/steps");

        var steps = answer["steps"].AsArray();
        Assert.Equal([1, 2, 3, 4, 5], steps.Select(step => (int)step!["number"]!));
        Assert.All(steps, step => Assert.Equal("create", (string?)step!["workflow"]));
        Assert.All(steps, step => Assert.Equal("done", (string?)step!["outcome"]));
        Assert.Equal("record-created", (string?)steps[2]!["name"]);
    }

    [Fact]
    public async Task Facts_of_the_inside_are_for_administrators_and_counts_for_everybody()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());
        await host.AddAsync(new BackupStepEntity
        {
            BackupId = backup.Id,
            Workflow = "create",
            Step = 12,
            Name = "transfer-data",
            Outcome = "done",
            Host = "secret-host",
            FactsJson = """{"bytes_read":"1024","seconds":"0.5","direct_io":"true","device":"/dev/loop7"}""",
            At = DateTime.UtcNow,
        });

        var user = (await Demo.GetAsync($"/backups/{backup.Id}/steps"))["steps"][0]!;
        var admin = (await host.As(ApiHost.Admin).GetAsync($"/backups/{backup.Id}/steps"))["steps"][0]!;

        Assert.Equal(["bytes_read", "seconds", "direct_io"], user["facts"]!.AsObject().Select(fact => fact.Key));
        Assert.Null(user["host"]);
        Assert.Equal("/dev/loop7", (string?)admin["facts"]!["device"]);
        Assert.Equal("secret-host", (string?)admin["host"]);
    }

    [Fact]
    public async Task A_broker_that_is_down_loses_nothing()
    {
        var volume = await host.AddVolumeAsync();
        Guid id;
        host.Sender.IsDown = true;
        try
        {
            id = await CreateAsync(volume);
        }
        finally
        {
            host.Sender.IsDown = false;
        }

        var backup = await host.BackupAsync(id);
        Assert.Equal(BackupStatus.Creating, backup.Status);
        Assert.Null(backup.CommandSentAt);
        var sent = (await Demo.GetAsync($"/backups/{id}/steps"))["steps"][3]!;
        Assert.Equal(("command-sent", "failed"), ((string)sent["name"]!, (string)sent["outcome"]!));
    }

    [Theory]
    [InlineData(VolumeStatus.Creating)]
    [InlineData(VolumeStatus.BackingUp)]
    [InlineData(VolumeStatus.RestoringBackup)]
    [InlineData(VolumeStatus.Deleting)]
    [InlineData(VolumeStatus.Error)]
    [InlineData(VolumeStatus.ErrorRestoring)]
    public async Task A_volume_in_another_status_is_refused(string status)
    {
        var volume = await host.AddVolumeAsync(status);

        (await PostAsync(volume.Id, ",\"force\":true")).MustRefuse(
            "Invalid volume: Volume to be backed up must be available or in-use, " +
            $"but the current status is \"{status}\".");
        await NothingChangedAsync(volume);
    }

    [Fact]
    public async Task A_volume_in_use_needs_force()
    {
        var volume = await host.AddVolumeAsync(VolumeStatus.InUse);

        (await PostAsync(volume.Id, ",\"force\":false")).MustRefuse(
            "Invalid volume: Backing up an in-use volume must use the force flag.");
        await NothingChangedAsync(volume);
        (await PostAsync(volume.Id, ",\"force\":\"yes\"")).MustBe(HttpStatusCode.Accepted);
        Assert.Equal(VolumeStatus.InUse, (await host.VolumeAsync(volume.Id)).PreviousStatus);
    }

    [Fact]
    public async Task A_volume_that_is_not_there_or_is_another_projects_is_not_found()
    {
        var deleted = await host.AddVolumeAsync(change: volume => volume.DeletedAt = DateTime.UtcNow);
        var others = await host.AddVolumeAsync(owner: ApiHost.Other);

        foreach (var id in new[] { Guid.NewGuid(), deleted.Id, others.Id })
            (await PostAsync(id, "")).MustRefuse(404, "itemNotFound", $"Volume {id} could not be found.");
        await NothingChangedAsync(others);
    }

    [Fact]
    public async Task A_snapshot_is_backed_up_whatever_the_volumes_status()
    {
        var volume = await host.AddVolumeAsync(VolumeStatus.InUse);
        var snapshot = await host.AddSnapshotAsync(volume);

        var answer = await PostAsync(volume.Id, $",\"snapshot_id\":\"{snapshot.Id}\"");

        answer.MustBe(HttpStatusCode.Accepted);
        var backup = await host.BackupAsync((Guid)answer["backup"]["id"]!);
        Assert.Equal(snapshot.Id, backup.SnapshotId);
        var read = await host.SnapshotAsync(snapshot.Id);
        Assert.Equal(read.CreatedAt, backup.DataTimestamp);
        Assert.Equal(SnapshotStatus.BackingUp, read.Status);
        Assert.Equal(VolumeStatus.InUse, (await host.VolumeAsync(volume.Id)).Status);
    }

    [Fact]
    public async Task A_snapshot_must_exist_be_of_the_volume_and_be_available()
    {
        var volume = await host.AddVolumeAsync();
        var elsewhere = await host.AddVolumeAsync();
        var foreign = await host.AddSnapshotAsync(elsewhere);
        var broken = await host.AddSnapshotAsync(volume, SnapshotStatus.Error);
        var missing = Guid.NewGuid();

        (await PostAsync(volume.Id, $",\"snapshot_id\":\"{missing}\"")).MustRefuse(
            404, "itemNotFound", $"Snapshot {missing} could not be found.");
        (await PostAsync(volume.Id, $",\"snapshot_id\":\"{foreign.Id}\"")).MustRefuse(
            $"Invalid volume: Volume {volume.Id} does not match with snapshot.volume_id {elsewhere.Id}.");
        (await PostAsync(volume.Id, $",\"snapshot_id\":\"{broken.Id}\"")).MustRefuse(
            "Invalid snapshot: Snapshot to be backed up must be available, but the current status is \"error\".");
        await NothingChangedAsync(volume);
    }

    [Fact]
    public async Task An_incremental_is_based_on_the_newest_available_backup_of_the_project()
    {
        var volume = await host.AddVolumeAsync();
        var now = DateTime.UtcNow;
        await host.AddBackupAsync(volume, change: backup => backup.DataTimestamp = now.AddHours(-3));
        var newest = await host.AddBackupAsync(volume, change: backup => backup.DataTimestamp = now.AddHours(-2));
        await host.AddBackupAsync(
            volume, BackupStatus.Error, change: backup => backup.DataTimestamp = now.AddHours(-1));
        await host.AddBackupAsync(
            volume, owner: ApiHost.Other, change: backup => backup.DataTimestamp = now.AddHours(-1));
        await host.AddBackupAsync(volume, change: backup =>
        {
            backup.DataTimestamp = now.AddHours(-1);
            backup.DeletedAt = now;
        });

        var answer = await PostAsync(volume.Id, ",\"incremental\":true");

        answer.MustBe(HttpStatusCode.Accepted);
        var id = (Guid)answer["backup"]["id"]!;
        Assert.Equal(newest.Id, (await host.BackupAsync(id)).ParentId);
        var shown = (await Demo.GetAsync($"/backups/{id}"))["backup"];
        Assert.True((bool)shown["is_incremental"]!);
        Assert.False((bool)shown["has_dependent_backups"]!);
    }

    [Fact]
    public async Task An_incremental_of_a_snapshot_is_based_on_a_backup_older_than_the_snapshot()
    {
        var volume = await host.AddVolumeAsync();
        var older = await host.AddBackupAsync(
            volume, change: backup => backup.DataTimestamp = DateTime.UtcNow.AddHours(-2));
        var snapshot = await host.AddSnapshotAsync(volume);
        await host.AddBackupAsync(volume, change: backup => backup.DataTimestamp = DateTime.UtcNow.AddHours(2));

        var answer = await PostAsync(volume.Id, $",\"incremental\":true,\"snapshot_id\":\"{snapshot.Id}\"");

        Assert.Equal(older.Id, (await host.BackupAsync((Guid)answer["backup"]["id"]!)).ParentId);
    }

    [Theory]
    [InlineData(null)]
    [InlineData(BackupStatus.Error)]
    [InlineData(BackupStatus.Creating)]
    public async Task An_incremental_needs_an_available_backup(string? onlyStatus)
    {
        var volume = await host.AddVolumeAsync();
        if (onlyStatus is not null)
            await host.AddBackupAsync(volume, onlyStatus);

        (await PostAsync(volume.Id, ",\"incremental\":true")).MustRefuse(
            "Invalid backup: No backups available to do an incremental backup.");
        await NothingChangedAsync(volume);
    }

    [Fact]
    public async Task Of_32_requests_at_once_for_one_volume_one_is_taken_on()
    {
        var volume = await host.AddVolumeAsync(VolumeStatus.InUse);

        var answers = await Task.WhenAll(Enumerable.Range(0, 32).Select(_ => PostAsync(volume.Id, ",\"force\":true")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Accepted);
        Assert.All(answers.Where(answer => answer.Status != HttpStatusCode.Accepted), answer => answer.MustRefuse(
            "Invalid volume: Volume to be backed up must be available or in-use, " +
            "but the current status is \"backing-up\"."));
        await using var database = host.Database();
        Assert.Single(await database.Backups.Where(backup => backup.VolumeId == volume.Id).ToListAsync(Cancellation));
        Assert.Equal(VolumeStatus.InUse, (await host.VolumeAsync(volume.Id)).PreviousStatus);
    }

    [Fact]
    public async Task Of_requests_at_once_for_one_snapshot_one_is_taken_on()
    {
        var volume = await host.AddVolumeAsync();
        var snapshot = await host.AddSnapshotAsync(volume);

        var answers = await Task.WhenAll(
            Enumerable.Range(0, 8).Select(_ => PostAsync(volume.Id, $",\"snapshot_id\":\"{snapshot.Id}\"")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Accepted);
    }

    private async Task<Guid> CreateAsync(VolumeEntity volume)
    {
        var answer = await PostAsync(volume.Id, "");
        answer.MustBe(HttpStatusCode.Accepted);
        return (Guid)answer["backup"]["id"]!;
    }

    private Task<ApiAnswer> PostAsync(Guid volumeId, string more) =>
        Demo.PostAsync("/backups", $"{{\"backup\":{{\"volume_id\":\"{volumeId}\"{more}}}}}");

    private async Task NothingChangedAsync(VolumeEntity volume)
    {
        Assert.Equal(volume.Status, (await host.VolumeAsync(volume.Id)).Status);
        await using var database = host.Database();
        Assert.False(await database.Backups.AnyAsync(
            backup => backup.VolumeId == volume.Id && backup.Status == BackupStatus.Creating && backup.ProjectId != "x"
                && backup.CommandSentAt == null, Cancellation));
    }
}
