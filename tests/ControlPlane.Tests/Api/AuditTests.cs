using System.Net;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>What is written of requests that change something, or may not.</summary>
public sealed class AuditTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Fact]
    public async Task A_change_says_who_what_outcome_and_request()
    {
        var volume = await host.AddVolumeAsync();

        var answer = await host.As(ApiHost.Demo).DeleteAsync($"/volumes/{volume.Id}");

        answer.MustBe(HttpStatusCode.Accepted);
        var line = Assert.Single(host.Audit.Lines, line => line.Contains($"{volume.Id}", StringComparison.Ordinal));
        Assert.StartsWith(
            $"DELETE /v3/{ApiHost.Demo.ProjectId}/volumes/{volume.Id} 202 by user {ApiHost.Demo.UserId} of project " +
            ApiHost.Demo.ProjectId,
            line,
            StringComparison.Ordinal);
        Assert.EndsWith(answer.Headers["x-openstack-request-id"], line, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Refusals_are_written_and_reading_is_not()
    {
        var id = (await host.AddBackupAsync(await host.AddVolumeAsync())).Id;

        (await host.As(ApiHost.Demo).GetAsync($"/backups/{id}/export_record")).MustBe(HttpStatusCode.Forbidden);
        (await host.As(ApiHost.Other).GetAsync($"/backups/{id}")).MustBe(HttpStatusCode.NotFound);
        using var client = host.Raw();
        using var answer = await client.GetAsync(
            new Uri($"/v3/backups/{id}?nobody", UriKind.Relative), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Single(host.Audit.Lines, line => line.Contains($"{id}/export_record 403", StringComparison.Ordinal));
        Assert.Single(
            host.Audit.Lines, line => line.Contains($"{id} 401 by user nobody", StringComparison.Ordinal));
        Assert.DoesNotContain(host.Audit.Lines, line => line.Contains($"{id} 404", StringComparison.Ordinal));
    }

    [Fact]
    public async Task Nothing_that_is_sent_makes_a_line_of_its_own()
    {
        await host.As(ApiHost.Demo).DeleteAsync("/volumes/x%0d%0aforged%20line");

        Assert.All(host.Audit.Lines, line => Assert.DoesNotContain('\n', line));
    }
}
