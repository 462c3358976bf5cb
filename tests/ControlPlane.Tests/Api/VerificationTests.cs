using System.Net;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Our extension: a backup is verified on request.</summary>
public sealed class VerificationTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string UnderWay = "Invalid backup: A verification of it is under way already.";

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Theory]
    [InlineData("null", "full", 100)]
    [InlineData("{}", "full", 100)]
    [InlineData("{\"level\":\"quick\"}", "quick", 100)]
    [InlineData("{\"level\":\"full\",\"percent\":5}", "full", 5)]
    [InlineData("{\"percent\":7}", "full", 7)]
    public async Task It_is_taken_on_and_the_status_of_the_backup_stays(string asked, string level, int percent)
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());

        var answer = await PostAsync(backup, asked);

        answer.MustBe(HttpStatusCode.Accepted);
        var shown = answer["verification"];
        Assert.Equal(("verifying", level, percent), (
            (string?)shown["status"], (string?)shown["level"], (int)shown["percent"]!));
        Assert.Equal(("verify", "queued"), (
            (string?)shown["progress"]!["action"], (string?)shown["progress"]!["state"]));
        Assert.NotNull(shown["progress"]!["queue_position"]);
        Assert.Null(shown["result"]);
        Assert.Equal("available", (string?)(await Demo.GetAsync($"/backups/{backup.Id}"))["backup"]["status"]);
        var steps = (await Demo.GetAsync($"/backups/{backup.Id}/steps"))["steps"].AsArray();
        Assert.Contains(steps, step => (string?)step!["workflow"] == "verify" && (int)step["number"]! == 1);
    }

    [Fact]
    public async Task Of_many_requests_at_once_one_is_taken_on()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());

        var answers = await Task.WhenAll(Enumerable.Range(0, 8).Select(_ => PostAsync(backup, "{}")));

        Assert.Single(answers, answer => answer.Status == HttpStatusCode.Accepted);
        Assert.All(
            answers.Where(answer => answer.Status != HttpStatusCode.Accepted), answer => answer.MustRefuse(UnderWay));
    }

    [Fact]
    public async Task The_result_is_shown_and_the_next_one_takes_its_place()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());
        (await Demo.GetAsync($"/backups/{backup.Id}/verification")).MustRefuse(
            404, "itemNotFound", $"Backup {backup.Id} has not been verified yet.");
        await host.AddAsync(new BackupVerificationEntity
        {
            BackupId = backup.Id,
            Level = "full",
            Percent = 100,
            Status = VerificationStatus.Damaged,
            ClaimNumber = 4,
            AskedAt = DateTime.UtcNow,
            EndedAt = DateTime.UtcNow,
            ResultJson = """
                {"usable":false,"chunks_checked":10,"bad_chunks":1,"packs_read":1,"bytes_read":99,"lost_bytes":65536,
                 "lost_ranges":[{"offset":0,"length":65536}],"warnings":["/srv/repository/packs/x"]}
                """,
        });

        var shown = (await Demo.GetAsync($"/backups/{backup.Id}/verification"))["verification"];
        var forAdmin = (await host.As(ApiHost.Admin).GetAsync($"/backups/{backup.Id}/verification"))["verification"];

        Assert.Equal(("damaged", "idle"), ((string?)shown["status"], (string?)shown["progress"]!["state"]));
        Assert.Equal((false, 10, 1), (
            (bool)shown["result"]!["usable"]!, (int)shown["result"]!["chunks_checked"]!,
            (int)shown["result"]!["bad_chunks"]!));
        Assert.Equal(65536, (int)shown["result"]!["lost_ranges"]![0]!["length"]!);
        Assert.Empty(shown["result"]!["warnings"]!.AsArray());
        Assert.Single(forAdmin["result"]!["warnings"]!.AsArray());
        (await PostAsync(backup, "{}")).MustBe(HttpStatusCode.Accepted);
        var again = await RowAsync(backup.Id);
        Assert.Equal((VerificationStatus.Verifying, 4L, null), (again.Status, again.ClaimNumber, again.ResultJson));
    }

    [Fact]
    public async Task It_is_cancelled_by_its_owner_and_by_the_delete_of_the_backup()
    {
        var volume = await host.AddVolumeAsync();
        var cancelled = await host.AddBackupAsync(volume);
        var deleted = await host.AddBackupAsync(volume);
        var forced = await host.AddBackupAsync(volume);
        var path = $"/backups/{cancelled.Id}/verification";
        (await Demo.DeleteAsync(path)).MustRefuse("Invalid backup: No verification of it is under way.");
        foreach (var backup in new[] { cancelled, deleted, forced })
            (await PostAsync(backup, "{}")).MustBe(HttpStatusCode.Accepted);

        (await Demo.DeleteAsync(path)).MustBe(HttpStatusCode.Accepted);
        (await Demo.DeleteAsync(path)).MustBe(HttpStatusCode.Accepted);
        (await Demo.DeleteAsync($"/backups/{deleted.Id}")).MustBe(HttpStatusCode.Accepted);
        (await host.As(ApiHost.Admin).PostAsync($"/backups/{forced.Id}/action", "{\"os-force_delete\":{}}"))
            .MustBe(HttpStatusCode.Accepted);

        foreach (var backup in new[] { cancelled, deleted, forced })
            Assert.NotNull((await RowAsync(backup.Id)).CancelRequestedAt);
        var shown = (await Demo.GetAsync(path))["verification"];
        Assert.Equal("cancelling", (string?)shown["progress"]!["state"]);
    }

    [Fact]
    public async Task Refusals()
    {
        var volume = await host.AddVolumeAsync();
        var backup = await host.AddBackupAsync(volume);
        var creating = await host.AddBackupAsync(volume, BackupStatus.Creating);
        var anothers = await host.AddBackupAsync(await host.AddVolumeAsync(owner: ApiHost.Other), owner: ApiHost.Other);

        (await PostAsync(creating, "{}")).MustRefuse("Invalid backup: Backup status must be available or restoring");
        (await PostAsync(anothers, "{}")).MustRefuse(
            404, "itemNotFound", $"Backup {anothers.Id} could not be found.");
        (await PostAsync(backup, "{\"level\":\"deep\"}")).MustRefuse(
            "Invalid input for field/attribute level. Value: deep. 'deep' is not one of ['quick', 'full']");
        (await PostAsync(backup, "{\"percent\":101}")).MustRefuse(
            "Invalid input for field/attribute percent. Value: 101. 101 is greater than the maximum of 100");
        (await PostAsync(backup, "{\"level\":\"quick\",\"percent\":5}")).MustRefuse(
            "Invalid input received: percent goes with level full: a quick verification reads no data.");
        (await PostAsync(backup, "7")).MustBe(HttpStatusCode.BadRequest);
    }

    [Fact]
    public async Task Its_message_is_shown_in_words()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());
        await host.AddAsync(new MessageEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = backup.ProjectId,
            ResourceType = "VOLUME_BACKUP",
            ResourceId = backup.Id,
            ActionId = "901",
            DetailId = "901",
            CreatedAt = DateTime.UtcNow,
            ExpiresAt = DateTime.UtcNow.AddDays(1),
        });

        var shown = (await Demo.GetAsync($"/messages?resource_uuid={backup.Id}"))["messages"][0]!;

        Assert.Equal(
            "verify backup: Some of what is stored of the backup is damaged: it cannot be restored whole.",
            (string?)shown["user_message"]);
    }

    private Task<ApiAnswer> PostAsync(BackupEntity backup, string asked) =>
        Demo.PostAsync($"/backups/{backup.Id}/action", $"{{\"os-verify\":{asked}}}");

    private async Task<BackupVerificationEntity> RowAsync(Guid backupId)
    {
        await using var database = host.Database();
        return await database.BackupVerifications.SingleAsync(
            row => row.BackupId == backupId, TestContext.Current.CancellationToken);
    }
}
