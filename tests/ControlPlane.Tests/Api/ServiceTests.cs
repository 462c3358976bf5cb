using System.Net;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>The services of every host, and whether they take work.</summary>
public sealed class ServiceTests(ApiHost host) : IClassFixture<ApiHost>
{
    private ApiClient Admin => host.As(ApiHost.Admin);

    [Fact]
    public async Task Every_host_is_listed_and_whether_it_lives()
    {
        var name = await AddAsync(DateTime.UtcNow);
        var silent = await AddAsync(DateTime.UtcNow.AddHours(-1));

        Assert.Equal(
            ["up", "down"],
            new[] { await ShowAsync(name), await ShowAsync(silent) }.Select(service => (string?)service["state"]));
        Assert.Equal("cinder-backup", (string?)(await ShowAsync(name))["binary"]);
        Assert.Empty((await Admin.GetAsync($"/os-services?host={name}&binary=cinder-volume"))["services"].AsArray());
        (await host.As(ApiHost.Demo).GetAsync("/os-services")).MustRefuse(
            403, "forbidden", "User does not have admin privileges");
    }

    [Fact]
    public async Task A_service_is_disabled_and_enabled()
    {
        var name = await AddAsync(DateTime.UtcNow);
        var body = $"{{\"host\":\"{name}\",\"binary\":\"cinder-backup\"}}";
        var withReason = $"{{\"host\":\"{name}\",\"binary\":\"cinder-backup\",\"disabled_reason\":\"repair\"}}";

        var disabled = await Admin.PutAsync("/os-services/disable-log-reason", withReason);
        disabled.MustBe(HttpStatusCode.OK);
        Assert.Equal(("disabled", "repair"), ((string?)disabled["status"], (string?)disabled["disabled_reason"]));
        var shown = await ShowAsync(name);
        Assert.Equal(("disabled", "repair"), ((string?)shown["status"], (string?)shown["disabled_reason"]));
        (await Admin.PutAsync("/os-services/enable", body)).MustBe(HttpStatusCode.OK);
        shown = await ShowAsync(name);
        Assert.Equal(("enabled", (string?)null), ((string?)shown["status"], (string?)shown["disabled_reason"]));
        (await Admin.PutAsync("/os-services/disable", body)).MustBe(HttpStatusCode.OK);
        Assert.Equal("disabled", (string?)(await ShowAsync(name))["status"]);
    }

    [Fact]
    public async Task Refusals()
    {
        const string body = "{\"host\":\"nowhere\",\"binary\":\"cinder-backup\"}";

        (await Admin.PutAsync("/os-services/disable", body)).MustRefuse(
            404, "itemNotFound", "Service cinder-backup could not be found on host nowhere.");
        (await host.As(ApiHost.Demo).PutAsync("/os-services/disable", body)).MustRefuse(
            403, "forbidden", "Policy doesn't allow volume_extension:services:update to be performed.");
        (await Admin.PutAsync("/os-services/disable", "{}")).MustRefuse("'host' is a required property");
        (await Admin.PutAsync("/os-services/disable-log-reason", body)).MustRefuse(
            "'disabled_reason' is a required property");
    }

    private async Task<string> AddAsync(DateTime seenAt)
    {
        var name = "host-" + Guid.NewGuid().ToString("N")[..8];
        await host.AddAsync(new HostEntity { Host = name, Role = "backup", Zone = "nova", SeenAt = seenAt });
        return name;
    }

    private async Task<JsonNode> ShowAsync(string name) =>
        Assert.Single((await Admin.GetAsync($"/os-services?host={name}"))["services"].AsArray())!;
}
