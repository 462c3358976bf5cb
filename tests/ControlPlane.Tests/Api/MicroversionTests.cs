using System.Net;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Tests.Api;

public sealed class MicroversionTests(ApiHost host) : IClassFixture<ApiHost>
{
    [Theory]
    [InlineData(null, "3.0")]
    [InlineData("volume 3.43", "3.43")]
    [InlineData("volume latest", "3.70")]
    [InlineData("compute 2.1, volume 3.43", "3.43")]
    [InlineData("volume 3.70", "3.70")]
    public async Task The_version_asked_for_is_the_version_answered_in(string? header, string version)
    {
        var answer = await GetAsync(header);

        answer.MustBe(HttpStatusCode.OK);
        Assert.Equal("volume " + version, answer.Headers["OpenStack-API-Version"]);
        Assert.Equal("OpenStack-API-Version", answer.Headers["Vary"]);
    }

    [Theory]
    [InlineData("3.99")]
    [InlineData("3.71")]
    [InlineData("2.0")]
    [InlineData("4.0")]
    public async Task A_version_that_is_not_offered_is_refused(string version) =>
        (await GetAsync("volume " + version)).MustRefuse(
        406, "computeFault", $"Version {version} is not supported by the API. Minimum is 3.0 and maximum is 3.70.");

    [Theory]
    [InlineData("foo")]
    [InlineData("3.05")]
    [InlineData("3")]
    [InlineData("3.")]
    [InlineData("0.1")]
    [InlineData("-3.1")]
    [InlineData("3.99999999999999999999")]
    public async Task A_version_of_another_form_is_refused(string version) =>
        (await GetAsync("volume " + version)).MustRefuse(
        $"API Version String {version} is of invalid format. Must be of format MajorNum.MinorNum.");

    [Theory]
    [InlineData("compute 2.1")]
    [InlineData("3.43")]
    [InlineData("volume")]
    [InlineData("volume 3.1 3.2")]
    public async Task A_header_that_names_no_version_of_this_service_is_refused(string header) =>
        (await GetAsync(header)).MustRefuse(
        "The server could not comply with the request since it is either malformed or otherwise incorrect.");

    [Fact]
    public async Task Who_has_no_token_is_told_that_before_the_version_is_looked_at()
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v3/backups");
        request.Headers.Add("OpenStack-API-Version", "volume 9.9");
        using var response = await host.Raw().SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task Fields_of_a_backup_appear_from_their_versions_on()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());
        string[] always =
        [
            "id", "name", "links", "status", "size", "object_count", "availability_zone", "container", "description",
            "fail_reason", "snapshot_id", "created_at", "updated_at", "data_timestamp", "volume_id", "is_incremental",
            "has_dependent_backups",
        ];

        Assert.Equal(always, await FieldsAsync(host.As(ApiHost.Demo, "3.0"), backup));
        Assert.Equal(always, await FieldsAsync(host.As(ApiHost.Demo, "3.42"), backup));
        Assert.Equal([.. always, "metadata"], await FieldsAsync(host.As(ApiHost.Demo, "3.70"), backup));
        Assert.Equal(always, await FieldsAsync(host.As(ApiHost.Admin, "3.17"), backup));
        Assert.Equal(
            [.. always, "os-backup-project-attr:project_id"],
            await FieldsAsync(host.As(ApiHost.Admin, "3.18"), backup));
        Assert.Equal(
            [.. always, "os-backup-project-attr:project_id", "metadata", "user_id"],
            await FieldsAsync(host.As(ApiHost.Admin, "3.56"), backup));
    }

    [Theory]
    [InlineData("3.42", "metadata", "{}")]
    [InlineData("3.50", "availability_zone", "\"nova\"")]
    public async Task Fields_of_a_request_are_refused_below_their_versions(string version, string field, string value)
    {
        var body = $"{{\"backup\":{{\"volume_id\":\"{Guid.NewGuid()}\",\"{field}\":{value}}}}}";

        var answer = await host.As(ApiHost.Demo, version).PostAsync("/backups", body);

        Assert.EndsWith(
            $"Additional properties are not allowed ('{field}' was unexpected)",
            (string)answer["badRequest"]["message"]!,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_backup_can_be_changed_from_3_9_on()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());

        var old = host.As(ApiHost.Demo, "3.8");
        (await old.PutAsync($"/backups/{backup.Id}", "{\"backup\":{\"name\":\"x\"}}")).MustRefuse(
            404, "itemNotFound", "The resource could not be found.");
        (await host.As(ApiHost.Demo, "3.9").PutAsync($"/backups/{backup.Id}", "{\"backup\":{\"name\":\"x\"}}"))
            .MustBe(HttpStatusCode.OK);
    }

    private static async Task<IEnumerable<string>> FieldsAsync(ApiClient client, BackupEntity backup) =>
        (await client.GetAsync($"/v3/backups/{backup.Id}"))["backup"].AsObject().Select(field => field.Key);

    private async Task<ApiAnswer> GetAsync(string? header)
    {
        using var request = new HttpRequestMessage(HttpMethod.Get, "/v3/backups");
        request.Headers.Add("X-Auth-Token", ApiHost.Demo.Token);
        if (header is not null)
            request.Headers.Add("OpenStack-API-Version", header);
        using var response = await host.Raw().SendAsync(request, TestContext.Current.CancellationToken);
        return await ApiAnswer.ReadAsync(response);
    }
}
