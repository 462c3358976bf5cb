using System.Net;
using System.Text.Json.Nodes;
using BackupEngine.Integration.Clients;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Keystone;

/// <summary>The program and a real Keystone: which tokens are taken, and what happens without Keystone.</summary>
[Collection(KeystoneServer.Collection)]
public sealed class KeystoneTokenTests
{
    private readonly string _id = Guid.NewGuid().ToString("N")[..8];

    [Fact]
    public async Task Which_tokens_are_taken()
    {
        using var keystone = await KeystoneServer.OpenAsync();
        var (mine, other) = ($"mine-{_id}", $"other-{_id}");
        var project = await keystone.AddProjectAsync(mine);
        var elsewhere = await keystone.AddProjectAsync(other);
        await keystone.AddUserAsync($"member-{_id}", project, "member");
        await keystone.AddUserAsync($"member-{_id}", elsewhere, "member");
        await keystone.AssignInDomainAsync($"member-{_id}", "admin");
        await using var engine = await EngineProcess.StartAsync("keystone", keystone.Settings());

        var token = await keystone.TokenAsync($"member-{_id}", mine);
        await MustAnswerAsync(engine, HttpStatusCode.OK, token, $"/v3/{project}/backups");
        await MustAnswerAsync(engine, HttpStatusCode.OK, token, "/v3/backups");
        var url = await MustAnswerAsync(engine, HttpStatusCode.BadRequest, token, $"/v3/{elsewhere}/backups");
        Assert.Contains("Malformed request url", url, StringComparison.Ordinal);
        var service = await MustAnswerAsync(engine, HttpStatusCode.Forbidden, token, "/v3/os-quota-class-sets/default");
        Assert.Contains("Policy doesn't allow", service, StringComparison.Ordinal);
        foreach (var none in new[]
        {
            await keystone.TokenAsync($"member-{_id}", project: null),
            await keystone.DomainTokenAsync($"member-{_id}"),
        })
        {
            var answer = await MustAnswerAsync(engine, HttpStatusCode.Forbidden, none, "/v3/backups");
            Assert.Contains("not for a project", answer, StringComparison.Ordinal);
        }

        await MustAnswerAsync(engine, HttpStatusCode.Unauthorized, "nonsense", "/v3/backups");
        await keystone.RevokeAsync(token);
        await Eventually.HoldsAsync(
            async () => await StatusAsync(engine, token, "/v3/backups") == HttpStatusCode.Unauthorized,
            "a revoked token is refused");
    }

    [Fact]
    public async Task Without_a_token_the_client_is_told_where_Keystone_is()
    {
        using var keystone = await KeystoneServer.OpenAsync();
        await using var engine = await EngineProcess.StartAsync("keystone", keystone.Settings());
        using var http = new HttpClient();

        using var answer = await http.GetAsync(
            new Uri(engine.Url + "/v3/backups"), TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        Assert.Equal($"Keystone uri=\"{keystone.Url}\"", answer.Headers.WwwAuthenticate.ToString());
        Assert.Equal("up", (await ReadinessAsync(engine))["dependencies"]!["keystone"]!.ToString());
    }

    [Fact]
    public async Task With_TLS_the_certificate_is_looked_at()
    {
        using var keystone = await KeystoneServer.OpenAsync();
        Assert.SkipUnless(File.Exists(keystone.CaFile), "needs openssl, when Keystone is started");
        var project = await keystone.AddProjectAsync($"tls-{_id}");
        await keystone.AddUserAsync($"tls-{_id}", project, "reader");
        var token = await keystone.TokenAsync($"tls-{_id}", $"tls-{_id}");
        var settings = keystone.Settings();
        settings["KeystoneUrl"] = keystone.TlsUrl;

        await using (var unknown = await EngineProcess.StartAsync("keystone", settings))
            await MustAnswerAsync(unknown, HttpStatusCode.ServiceUnavailable, token, "/v3/backups");

        settings["KeystoneCaFile"] = keystone.CaFile;
        await using var known = await EngineProcess.StartAsync("keystone", settings);
        await MustAnswerAsync(known, HttpStatusCode.OK, token, "/v3/backups");
    }

    /// <summary>A Keystone that is away says nothing of a token: 503, not 401; and readiness names it.</summary>
    [Fact]
    public async Task Without_Keystone_nobody_is_refused_for_the_token()
    {
        var settings = new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["KeystoneUrl"] = "http://127.0.0.1:1",
            ["KeystonePassword"] = "x",
        };
        await using var engine = await EngineProcess.StartAsync("keystone", settings);
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(engine.Url + "/v3/backups"));
        request.Headers.Add("X-Auth-Token", "any");

        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, answer.StatusCode);
        Assert.NotNull(answer.Headers.RetryAfter);
        Assert.Equal("down", (await ReadinessAsync(engine))["dependencies"]!["keystone"]!.ToString());
    }

    private static async Task<JsonNode> ReadinessAsync(EngineProcess engine)
    {
        using var http = new HttpClient();
        using var answer = await http.GetAsync(
            new Uri(engine.Url + "/healthz/ready"), TestContext.Current.CancellationToken);
        return JsonNode.Parse(await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken))!;
    }

    private static async Task<HttpStatusCode> StatusAsync(EngineProcess engine, string token, string path) =>
        (await AskAsync(engine, token, path)).Status;

    private static async Task<string> MustAnswerAsync(
        EngineProcess engine, HttpStatusCode status, string token, string path)
    {
        var answer = await AskAsync(engine, token, path);
        Assert.True(status == answer.Status, $"{path}: {answer}\n{engine.LogText()}");
        return answer.Text;
    }

    private static async Task<(HttpStatusCode Status, string Text)> AskAsync(
        EngineProcess engine, string token, string path)
    {
        using var http = new HttpClient();
        using var request = new HttpRequestMessage(HttpMethod.Get, new Uri(engine.Url + path));
        request.Headers.Add("X-Auth-Token", token);
        using var answer = await http.SendAsync(request, TestContext.Current.CancellationToken);
        return (answer.StatusCode, await answer.Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }
}
