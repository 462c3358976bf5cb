using System.Net;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Our extension: what is asked for in the object <c>backup-engine:options</c>.</summary>
public sealed class ActionOptionsTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Prefix = "Invalid input for field/attribute ";

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Theory]
    [InlineData("{}", 0, BackupPriority.Normal)]
    [InlineData("{\"rate_limit_mib\":25}", 25, BackupPriority.Normal)]
    [InlineData("{\"priority\":\"urgent\"}", 0, BackupPriority.Urgent)]
    [InlineData("{\"priority\":\"low\",\"rate_limit_mib\":1}", 1, BackupPriority.Low)]
    public async Task What_is_asked_of_a_backup_is_in_its_record(string options, int rate, int priority)
    {
        var volume = await host.AddVolumeAsync();

        var answer = await Demo.PostAsync(
            "/backups", $"{{\"backup\":{{\"volume_id\":\"{volume.Id}\",\"backup-engine:options\":{options}}}}}");

        answer.MustBe(HttpStatusCode.Accepted);
        var record = await host.BackupAsync((Guid)answer["backup"]["id"]!);
        Assert.Equal((rate, priority), (record.RateLimitMiB, record.Priority));
    }

    [Fact]
    public async Task What_is_asked_of_a_restore_takes_the_place_of_what_the_backup_had()
    {
        var volume = await host.AddVolumeAsync();
        var backup = await host.AddBackupAsync(
            volume, change: row => (row.RateLimitMiB, row.Priority, row.ProgressDoneBytes) = (9, 1, 77));
        var other = await host.AddBackupAsync(volume, change: row => (row.RateLimitMiB, row.Priority) = (9, 1));

        var first = await Demo.PostAsync($"/backups/{backup.Id}/restore",
            "{\"restore\":{\"backup-engine:options\":{\"rate_limit_mib\":3,\"priority\":\"low\"}}}");
        var second = await Demo.PostAsync($"/backups/{other.Id}/restore", "{\"restore\":{}}");

        first.MustBe(HttpStatusCode.Accepted);
        second.MustBe(HttpStatusCode.Accepted);
        var asked = await host.BackupAsync(backup.Id);
        Assert.Equal((3, BackupPriority.Low, null), (asked.RateLimitMiB, asked.Priority, asked.ProgressDoneBytes));
        var usual = await host.BackupAsync(other.Id);
        Assert.Equal((0, BackupPriority.Normal), (usual.RateLimitMiB, usual.Priority));
    }

    [Theory]
    [InlineData("null", "backup-engine:options. Value: None. None is not of type 'object'")]
    [InlineData("{\"rate_limit_mib\":0}", "rate_limit_mib. Value: 0. 0 is less than the minimum of 1")]
    [InlineData(
        "{\"rate_limit_mib\":1048577}",
        "rate_limit_mib. Value: 1048577. 1048577 is greater than the maximum of 1048576")]
    [InlineData("{\"rate_limit_mib\":\"9\"}", "rate_limit_mib. Value: 9. '9' is not of type 'integer'")]
    [InlineData(
        "{\"priority\":\"first\"}", "priority. Value: first. 'first' is not one of ['low', 'normal', 'urgent']")]
    [InlineData(
        "{\"speed\":1}",
        "backup-engine:options. Value: {'speed': 1}. Additional properties are not allowed ('speed' was unexpected)")]
    public async Task What_cannot_be_asked_for_is_refused_and_nothing_changes(string options, string text)
    {
        var volume = await host.AddVolumeAsync();

        var answer = await Demo.PostAsync(
            "/backups", $"{{\"backup\":{{\"volume_id\":\"{volume.Id}\",\"backup-engine:options\":{options}}}}}");

        answer.MustRefuse(Prefix + text);
        Assert.Equal(VolumeStatus.Available, (await host.VolumeAsync(volume.Id)).Status);
    }

    [Fact]
    public async Task The_queue_shows_the_priority()
    {
        var backup = await host.AddBackupAsync(
            await host.AddVolumeAsync(), BackupStatus.Creating, change: row => row.Priority = BackupPriority.Urgent);

        var shown = (await Demo.GetAsync("/os-backup-queue"))["backup_queue"].AsArray();

        Assert.Equal("urgent", (string?)shown.Single(row => (Guid)row!["backup_id"]! == backup.Id)!["priority"]);
    }
}
