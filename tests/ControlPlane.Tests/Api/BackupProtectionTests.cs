using System.Net;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>A protected backup stays, whoever deletes it, until the protection is taken back.</summary>
public sealed class BackupProtectionTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string Protect = "{\"os-protect\":null}";
    private const string Unprotect = "{\"os-unprotect\":{}}";

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Fact]
    public async Task A_protected_backup_is_not_deleted_until_the_protection_is_taken_back()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());
        (await Demo.PostAsync($"/backups/{backup.Id}/action", Protect)).MustBe(HttpStatusCode.Accepted);
        (await Demo.PostAsync($"/backups/{backup.Id}/action", Protect)).MustBe(HttpStatusCode.Accepted);

        Assert.True((bool)(await Demo.GetAsync($"/backups/{backup.Id}/protection"))["protection"]["protected"]!);
        (await Demo.DeleteAsync($"/backups/{backup.Id}")).MustRefuse(Refusal(backup));
        (await host.As(ApiHost.Admin).PostAsync($"/backups/{backup.Id}/action", "{\"os-force_delete\":{}}"))
            .MustRefuse(Refusal(backup));
        Assert.Equal(BackupStatus.Available, (await host.BackupAsync(backup.Id)).Status);

        (await Demo.PostAsync($"/backups/{backup.Id}/action", Unprotect)).MustBe(HttpStatusCode.Accepted);
        (await Demo.DeleteAsync($"/backups/{backup.Id}")).MustBe(HttpStatusCode.Accepted);
        Assert.Equal(BackupStatus.Deleting, (await host.BackupAsync(backup.Id)).Status);
    }

    [Fact]
    public async Task What_is_being_deleted_is_not_protected_any_more()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync(), BackupStatus.Deleting);

        (await Demo.PostAsync($"/backups/{backup.Id}/action", Protect)).MustRefuse(
            "Invalid backup: The deletion of the backup has begun; its protection cannot be changed.");
    }

    [Fact]
    public async Task Another_projects_backup_is_not_there()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync(owner: ApiHost.Other), owner: ApiHost.Other);

        (await Demo.PostAsync($"/backups/{backup.Id}/action", Protect)).MustRefuse(
            404, "itemNotFound", $"Backup {backup.Id} could not be found.");
    }

    private static string Refusal(BackupEntity backup) =>
        $"Invalid backup: Backup {backup.Id} is protected. Take the protection back with the action os-unprotect "
        + "before it is deleted.";
}
