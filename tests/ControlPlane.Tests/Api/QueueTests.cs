using System.Net;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Our extensions: the queue, and cancelling.</summary>
public sealed class QueueTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task A_user_sees_the_own_entries_with_their_places_among_all()
    {
        var volume = await host.AddVolumeAsync(VolumeStatus.BackingUp);
        var before = await AddAsync(volume, minutes: -3, ApiHost.Other);
        var mine = await AddAsync(volume, minutes: -2, ApiHost.Demo);

        var shown = (await host.As(ApiHost.Demo).GetAsync("/os-backup-queue"))["backup_queue"].AsArray();
        var all = (await host.As(ApiHost.Admin).GetAsync("/os-backup-queue"))["backup_queue"].AsArray();

        var entry = shown.Single(row => (Guid)row!["backup_id"]! == mine.Id)!;
        Assert.Equal("queued", (string?)entry["state"]);
        Assert.Contains("none runs there", (string?)entry["waits_for"], StringComparison.Ordinal);
        Assert.DoesNotContain(shown, row => (Guid)row!["backup_id"]! == before.Id);
        var place = all.Single(row => (Guid)row!["backup_id"]! == before.Id)!;
        Assert.True((int)place["position"]! < (int)entry["position"]!);
    }

    [Fact]
    public async Task A_cancel_is_noted_once_and_hastened()
    {
        var backup = await AddAsync(await host.AddVolumeAsync(), minutes: -1, ApiHost.Demo);

        var first = await host.As(ApiHost.Demo).PostAsync($"/backups/{backup.Id}/action", "{\"os-cancel\":{}}");
        var asked = (await host.BackupAsync(backup.Id)).CancelRequestedAt;
        await host.As(ApiHost.Demo).PostAsync($"/backups/{backup.Id}/action", "{\"os-cancel\":null}");

        first.MustBe(HttpStatusCode.Accepted);
        Assert.NotNull(asked);
        Assert.Equal(asked, (await host.BackupAsync(backup.Id)).CancelRequestedAt);
        Assert.Contains(host.Sender.Of<CreateBackup>(), sent => sent.Command.BackupId == backup.Id);
    }

    [Fact]
    public async Task What_is_not_under_way_cannot_be_cancelled_nor_what_is_anothers()
    {
        var volume = await host.AddVolumeAsync();
        var ended = await host.AddBackupAsync(volume);
        var anothers = await AddAsync(volume, minutes: -1, ApiHost.Other);

        (await CancelAsync(ended.Id)).MustRefuse(
            400, "badRequest", "Invalid backup: Backup status must be creating or restoring");
        (await CancelAsync(anothers.Id)).MustRefuse(404, "itemNotFound", $"Backup {anothers.Id} could not be found.");
    }

    private Task<BackupEntity> AddAsync(VolumeEntity volume, int minutes, TokenUser owner) => host.AddBackupAsync(
        volume, BackupStatus.Creating, owner, row => row.CreatedAt = DateTime.UtcNow.AddMinutes(minutes));

    private Task<ApiAnswer> CancelAsync(Guid id) =>
        host.As(ApiHost.Demo).PostAsync($"/backups/{id}/action", "{\"os-cancel\":{}}");
}
