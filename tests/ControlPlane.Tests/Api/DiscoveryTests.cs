using System.Net;

namespace BackupEngine.ControlPlane.Tests.Api;

public sealed class DiscoveryTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task The_versions_are_told_to_everybody()
    {
        using var response = await host.Raw().GetAsync(
            new Uri("/", UriKind.Relative), TestContext.Current.CancellationToken);
        var answer = await ApiAnswer.ReadAsync(response);

        answer.MustBe(HttpStatusCode.MultipleChoices);
        var version = answer["versions"][0]!;
        Assert.Equal(
            ("v3.0", "CURRENT", "3.70", "3.0"),
            ((string)version["id"]!,
                (string)version["status"]!,
                (string)version["version"]!,
                (string)version["min_version"]!));
        Assert.Equal("http://localhost/v3/", (string?)version["links"]![1]!["href"]);
        Assert.Equal(
            "application/vnd.openstack.volume+json;version=3", (string?)version["media-types"]![0]!["type"]);
    }

    [Fact]
    public async Task Version_3_describes_itself_at_its_root_and_redirects_there()
    {
        var root = await host.As(ApiHost.Demo).GetAsync("/v3/");
        var without = await host.As(ApiHost.Demo).GetAsync("/v3");

        root.MustBe(HttpStatusCode.OK);
        Assert.Equal("v3.0", (string?)root["versions"][0]!["id"]);
        without.MustBe(HttpStatusCode.Redirect);
        Assert.Equal("http://localhost/v3/", without.Headers["Location"]);
    }

    [Fact]
    public async Task The_health_check_needs_no_token()
    {
        using var response = await host.Raw().GetAsync(
            new Uri("/healthcheck", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal("OK", await response.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task Clients_find_the_extension_backups()
    {
        var answer = await host.As(ApiHost.Demo).GetAsync("/extensions");

        Assert.Contains(answer["extensions"].AsArray(), extension => (string?)extension!["alias"] == "backups");
        (await host.As(ApiHost.Demo).GetAsync("/extensions/backups")).MustBe(HttpStatusCode.OK);
        (await host.As(ApiHost.Demo).GetAsync("/extensions/none")).MustBe(HttpStatusCode.NotFound);
    }

    [Fact]
    public async Task Limits_and_quotas_tell_what_the_project_uses()
    {
        var owner = ApiHost.Other;
        await host.AddBackupAsync(await host.AddVolumeAsync(owner: owner, sizeGiB: 5), owner: owner);
        var client = host.As(owner);

        var limits = (await client.GetAsync("/limits"))["limits"]["absolute"]!;
        var quota = (await client.GetAsync($"/os-quota-sets/{owner.ProjectId}?usage=True"))["quota_set"];

        Assert.Equal((1, 5, -1), (
            (int)limits["totalBackupsUsed"]!,
            (int)limits["totalBackupGigabytesUsed"]!,
            (int)limits["maxTotalBackups"]!));
        Assert.Equal((5, -1), ((int)quota["backup_gigabytes"]!["in_use"]!, (int)quota["backup_gigabytes"]!["limit"]!));
        (await client.GetAsync($"/os-quota-sets/{ApiHost.Demo.ProjectId}")).MustBe(HttpStatusCode.Forbidden);
    }

    [Theory]
    [InlineData("/types")]
    [InlineData("/types/default")]
    [InlineData("/os-availability-zone")]
    [InlineData("/resource_filters")]
    public async Task What_stock_clients_ask_for_is_there(string path) =>
        (await host.As(ApiHost.Demo).GetAsync(path)).MustBe(HttpStatusCode.OK);
}
