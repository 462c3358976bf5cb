using System.Net;
using System.Text;

namespace BackupEngine.ControlPlane.Tests.Api;

public sealed class EnvelopeTests(ApiHost host) : IClassFixture<ApiHost>
{
    private const string PlainNotFound = "404 Not Found\n\nThe resource could not be found.\n\n   ";

    private ApiClient Demo => host.As(ApiHost.Demo);

    [Theory]
    [InlineData("/v3/backups", null)]
    [InlineData("/v3/backups", "wrong")]
    [InlineData("/v3/", null)]
    [InlineData("/v3", null)]
    [InlineData("/v3/nowhere", null)]
    [InlineData("/V3/Backups", null)]
    [InlineData("/v3/backups/", "wrong")]
    public async Task Without_a_valid_token_there_is_nothing_but_401(string path, string? token)
    {
        var answer = await RawAsync(HttpMethod.Get, path, token);

        answer.MustRefuse(401, "unauthorized", "The request you have made requires authentication.");
        Assert.Equal("Keystone uri=\"http://localhost\"", answer.Headers["WWW-Authenticate"]);
        MustHaveHeaders(answer);
    }

    [Fact]
    public async Task Every_answer_has_an_id_of_its_own()
    {
        var first = await Demo.GetAsync("/backups");
        var second = await Demo.GetAsync($"/backups/{Guid.NewGuid()}");

        MustHaveHeaders(first);
        MustHaveHeaders(second);
        Assert.NotEqual(first.Headers["x-openstack-request-id"], second.Headers["x-openstack-request-id"]);
    }

    [Fact]
    public async Task The_project_in_the_address_must_be_that_of_the_token_also_for_administrators()
    {
        foreach (var user in new[] { ApiHost.Demo, ApiHost.Admin })
            (await host.As(user).GetAsync($"/v3/{ApiHost.Other.ProjectId}/backups")).MustRefuse(
                "Malformed request url");
    }

    [Theory]
    [InlineData("GET", "/v3/nowhere")]
    [InlineData("GET", "/v3/backups/")]
    [InlineData("GET", "/v3/NOTAPROJECT/backups")]
    [InlineData("HEAD", "/v3/backups")]
    [InlineData("PUT", "/v3/backups")]
    [InlineData("PATCH", "/v3/backups/1")]
    [InlineData("GET", "/v3/backups/1/action")]
    [InlineData("GET", "/v3/backups/1/metadata")]
    [InlineData("PUT", "/v3/backups/1/metadata/key")]
    [InlineData("POST", "/v3/backups/1/export_record")]
    [InlineData("GET", "/nowhere")]
    public async Task What_has_no_route_is_a_plain_404(string method, string path)
    {
        var answer = await RawAsync(new HttpMethod(method), path, ApiHost.Demo.Token);

        answer.MustBe(HttpStatusCode.NotFound);
        Assert.Equal(PlainNotFound, answer.Text);
        Assert.StartsWith("text/plain", answer.Headers["Content-Type"], StringComparison.Ordinal);
        Assert.DoesNotContain("Allow", answer.Headers.Keys);
    }

    [Theory]
    [InlineData("/backups/new")]
    [InlineData("/backups/1/edit")]
    public async Task Old_resource_routes_are_a_404_in_JSON(string path) =>
        (await Demo.GetAsync(path)).MustRefuse(404, "itemNotFound", "The resource could not be found.");

    [Fact]
    public async Task The_format_may_be_appended()
    {
        var backup = await host.AddBackupAsync(await host.AddVolumeAsync());

        (await Demo.GetAsync($"/backups/{backup.Id}.json")).MustBe(HttpStatusCode.OK);
        (await Demo.GetAsync("/backups.json")).MustBe(HttpStatusCode.OK);
    }

    [Theory]
    [InlineData("application/json", 404)]
    [InlineData("application/json; charset=utf-8", 404)]
    [InlineData("application/vnd.openstack.volume+json", 404)]
    [InlineData("application/vnd.openstack.volume+json;version=3", 404)]
    [InlineData("text/plain", 415)]
    [InlineData("application/xml", 415)]
    public async Task Bodies_are_JSON(string contentType, int expected)
    {
        using var content = new ByteArrayContent(
            Encoding.UTF8.GetBytes($"{{\"backup\":{{\"volume_id\":\"{Guid.NewGuid()}\"}}}}"));
        content.Headers.TryAddWithoutValidation("Content-Type", contentType);

        var answer = await PostAsync(content);

        Assert.Equal(expected, (int)answer.Status);
        if (expected == 415)
            answer.MustRefuse(415, "badMediaType", "Unsupported Content-Type");
    }

    [Theory]
    [InlineData("")]
    [InlineData("{")]
    [InlineData("{\"backup\":{}} x")]
    [InlineData("{\"backup\":{},}")]
    [InlineData("{\"backup\":{\"name\":\"\\ud800\"}}")]
    [InlineData("{\"backup\":NaN}")]
    [InlineData("{\"\\udc00\":1}")]
    public async Task A_body_that_is_no_JSON_is_malformed(string body) =>
        (await Demo.PostAsync("/backups", body)).MustRefuse("Malformed request body");

    [Fact]
    public async Task A_body_nested_too_deeply_is_malformed() =>
        (await Demo.PostAsync("/backups", new string('[', 5000) + new string(']', 5000))).MustRefuse(
            "Malformed request body");

    [Fact]
    public async Task A_body_without_a_type_is_malformed() =>
        (await PostAsync(new ByteArrayContent("{}"u8.ToArray()))).MustRefuse("Malformed request body");

    [Fact]
    public async Task A_body_that_is_too_large_is_refused_also_when_its_length_is_not_announced()
    {
        var large = Encoding.UTF8.GetBytes($"{{\"backup\":{{\"name\":\"{new string('x', 120_000)}\"}}}}");
        using var announced = new ByteArrayContent(large);
        announced.Headers.TryAddWithoutValidation("Content-Type", "application/json");
        using var chunked = new StreamContent(new UnknownLength(large));
        chunked.Headers.TryAddWithoutValidation("Content-Type", "application/json");

        (await PostAsync(announced)).MustRefuse(413, "overLimit", "Request is too large.");
        (await PostAsync(chunked)).MustRefuse(413, "overLimit", "Request is too large.");
    }

    private static void MustHaveHeaders(ApiAnswer answer)
    {
        Assert.Matches("^req-[0-9a-f-]{36}$", answer.Headers["x-openstack-request-id"]);
        Assert.Equal(answer.Headers["x-openstack-request-id"], answer.Headers["x-compute-request-id"]);
        Assert.StartsWith("volume 3.", answer.Headers["OpenStack-API-Version"], StringComparison.Ordinal);
        Assert.Equal("OpenStack-API-Version", answer.Headers["Vary"]);
        Assert.Equal("application/json", answer.Headers["Content-Type"]);
    }

    private async Task<ApiAnswer> RawAsync(HttpMethod method, string path, string? token)
    {
        using var request = new HttpRequestMessage(method, path);
        if (token is not null)
            request.Headers.Add("X-Auth-Token", token);
        using var response = await host.Raw().SendAsync(request, TestContext.Current.CancellationToken);
        return await ApiAnswer.ReadAsync(response);
    }

    private async Task<ApiAnswer> PostAsync(HttpContent content)
    {
        using var request = new HttpRequestMessage(HttpMethod.Post, "/v3/backups") { Content = content };
        request.Headers.Add("X-Auth-Token", ApiHost.Demo.Token);
        using var response = await host.Raw().SendAsync(request, TestContext.Current.CancellationToken);
        return await ApiAnswer.ReadAsync(response);
    }

    private sealed class UnknownLength(byte[] content) : MemoryStream(content)
    {
        public override bool CanSeek => false;
    }
}
