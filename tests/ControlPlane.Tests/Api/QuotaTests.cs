using System.Net;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Limits, what is used of them, and that no race goes over them.</summary>
public sealed class QuotaTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const int AtOnce = 12;

    private ApiClient Admin => host.As(ApiHost.Admin);

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Fact]
    public async Task Of_many_backups_at_once_as_many_are_taken_on_as_the_quota_has()
    {
        var volumes = new List<VolumeEntity>();
        for (var i = 0; i < AtOnce; i++)
            volumes.Add(await host.AddVolumeAsync(owner: ApiHost.Other));
        await SetAsync(ApiHost.Other, "{\"backups\":5}");

        var answers = await Task.WhenAll(volumes.Select(volume => host.As(ApiHost.Other).PostAsync(
            "/backups", $"{{\"backup\":{{\"volume_id\":\"{volume.Id}\"}}}}")));

        Assert.Equal(5, answers.Count(answer => answer.Status == HttpStatusCode.Accepted));
        foreach (var refused in answers.Where(answer => answer.Status != HttpStatusCode.Accepted))
        {
            refused.MustRefuse(
                413, "overLimit", "BackupLimitExceeded: Maximum number of backups allowed (5) exceeded");
            Assert.Equal("0", refused.Headers["Retry-After"]);
            Assert.Equal("0", (string?)refused["overLimit"]["retryAfter"]);
        }

        foreach (var volume in await Task.WhenAll(volumes.Select(volume => host.VolumeAsync(volume.Id))))
            Assert.Contains(volume.Status, (string[])[VolumeStatus.Available, VolumeStatus.BackingUp]);
    }

    [Fact]
    public async Task Of_many_volumes_at_once_none_is_over_the_gigabytes()
    {
        var user = ApiHost.Demo;
        await SetAsync(user, "{\"gigabytes\":-1}");
        var before = await UseAsync(user, "gigabytes");
        await SetAsync(user, $"{{\"gigabytes\":{before + 7}}}");

        var answers = await Task.WhenAll(Enumerable.Range(0, AtOnce).Select(
            _ => Demo.PostAsync("/volumes", "{\"volume\":{\"size\":2}}")));

        Assert.Equal(3, answers.Count(answer => answer.Status == HttpStatusCode.Accepted));
        answers.First(answer => answer.Status != HttpStatusCode.Accepted).MustRefuse(
            413,
            "overLimit",
            "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. " +
            $"Requested 2G, quota is {before + 7}G and {before + 6}G has been consumed.");
        await SetAsync(user, "{\"gigabytes\":-1}");
    }

    [Fact]
    public async Task Gigabytes_of_backups_are_told_first()
    {
        var volume = await host.AddVolumeAsync(owner: ApiHost.Admin, sizeGiB: 6);
        await SetAsync(ApiHost.Admin, "{\"backups\":0,\"backup_gigabytes\":5}");

        var answer = await Admin.PostAsync("/backups", $"{{\"backup\":{{\"volume_id\":\"{volume.Id}\"}}}}");

        answer.MustRefuse(
            413,
            "overLimit",
            "VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes quota. " +
            "Requested 6G, quota is 5G and 0G has been consumed.");
        Assert.Equal(VolumeStatus.Available, (await host.VolumeAsync(volume.Id)).Status);
        (await Admin.DeleteAsync($"/os-quota-sets/{ApiHost.Admin.ProjectId}")).MustBe(HttpStatusCode.OK);
        Assert.Equal(-1, (int)(await ShowAsync(ApiHost.Admin))["backups"]!);
    }

    [Fact]
    public async Task Snapshots_and_single_volumes_have_limits_too()
    {
        var user = ApiHost.Demo;
        var volume = await host.AddVolumeAsync();
        await SetAsync(user, $"{{\"snapshots\":{await UseAsync(user, "snapshots")},\"per_volume_gigabytes\":3}}");

        (await Demo.PostAsync("/snapshots", $"{{\"snapshot\":{{\"volume_id\":\"{volume.Id}\"}}}}")).MustRefuse(
            413, "overLimit",
            "SnapshotLimitExceeded: Maximum number of snapshots allowed " +
            $"({await UseAsync(user, "snapshots")}) exceeded");
        (await Demo.PostAsync("/volumes", "{\"volume\":{\"size\":4}}")).MustRefuse(
            413, "overLimit",
            "VolumeSizeExceedsLimit: Requested volume size 4G is larger than maximum allowed limit 3G.");
        await SetAsync(user, "{\"snapshots\":-1,\"per_volume_gigabytes\":-1}");
    }

    [Fact]
    public async Task Limits_of_a_class_hold_for_projects_without_their_own()
    {
        (await Admin.PutAsync("/os-quota-class-sets/default", "{\"quota_class_set\":{\"groups\":7}}")).MustBe(
            HttpStatusCode.OK);

        Assert.Equal(7, (int)(await ShowAsync(ApiHost.Other))["groups"]!);
        Assert.Equal(7, (int)(await Admin.GetAsync("/os-quota-class-sets/default"))["quota_class_set"]["groups"]!);
        var defaults = await Demo.GetAsync($"/os-quota-sets/{ApiHost.Demo.ProjectId}/defaults");
        Assert.Equal(7, (int)defaults["quota_set"]["groups"]!);
    }

    [Fact]
    public async Task Refusals()
    {
        var volume = await host.AddVolumeAsync();
        await host.AddBackupAsync(volume);
        var used = await UseAsync(ApiHost.Demo, "backups");
        var path = $"/os-quota-sets/{ApiHost.Demo.ProjectId}";

        (await Admin.PutAsync(path, "{\"quota_set\":{\"bkups\":1}}")).MustRefuse(
            "Invalid input received: Bad key(s) in quota set: bkups");
        (await Admin.PutAsync(path, "{\"quota_set\":{\"backups\":-2}}")).MustRefuse("backups must be >= -1");
        (await Admin.PutAsync(path, "{\"quota_set\":{\"backups\":\"many\"}}")).MustRefuse("backups must be an integer");
        (await Admin.PutAsync(path, "{\"quota_set\":{\"backups\":2147483648}}")).MustRefuse(
            "backups must be <= 2147483647");
        (await Admin.PutAsync(path + "?skip_validation=False", "{\"quota_set\":{\"backups\":0}}")).MustRefuse(
            "Quota backups limit must be equal or greater than existing resources. Current usage is " +
            $"{used} and the requested limit is 0.");
        (await Demo.PutAsync(path, "{\"quota_set\":{\"backups\":1}}")).MustRefuse(
            403, "forbidden", "Policy doesn't allow volume_extension:quotas:update to be performed.");
        (await Demo.GetAsync($"/os-quota-sets/{ApiHost.Other.ProjectId}")).MustRefuse(
            403, "forbidden", "Policy doesn't allow volume_extension:quotas:show to be performed.");
        (await Demo.DeleteAsync(path)).MustBe(HttpStatusCode.Forbidden);
        (await Demo.GetAsync("/os-quota-class-sets/default")).MustBe(HttpStatusCode.Forbidden);
    }

    private async Task SetAsync(TokenUser user, string limits) =>
        (await Admin.PutAsync($"/os-quota-sets/{user.ProjectId}", $"{{\"quota_set\":{limits}}}")).MustBe(
            HttpStatusCode.OK);

    private async Task<System.Text.Json.Nodes.JsonNode> ShowAsync(TokenUser user, string query = "") =>
        (await Admin.GetAsync($"/os-quota-sets/{user.ProjectId}{query}"))["quota_set"];

    private async Task<int> UseAsync(TokenUser user, string resource) =>
        (int)(await ShowAsync(user, "?usage=True"))[resource]!["in_use"]!;
}
