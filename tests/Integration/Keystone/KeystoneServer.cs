using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace BackupEngine.Integration.Keystone;

/// <summary>
/// The real Keystone of the tests, as its administrator; every test makes its own projects and users. What they
/// share is made when it is not there, so they run one after the other.
/// </summary>
internal sealed class KeystoneServer : IDisposable
{
    /// <summary>Of the tests that use it.</summary>
    public const string Collection = "keystone";

    private const string Variable = "BACKUPENGINE_TEST_KEYSTONE";
    private const string DirectoryVariable = "BACKUPENGINE_TEST_KEYSTONE_DIR";
    private const string ServicePassword = "service-password";
    private readonly HttpClient _http = new();

    private KeystoneServer(string url, string directory) => (Url, Directory) = (url, directory);

    public string Url { get; }

    public string Directory { get; }

    public string CaFile => Path.Combine(Directory, "ca.pem");

    public string TlsUrl => File.ReadAllText(Path.Combine(Directory, "tls-address")).Trim();

    /// <summary>Where it is; skips the test where there is none.</summary>
    public static async Task<KeystoneServer> OpenAsync()
    {
        var url = Environment.GetEnvironmentVariable(Variable);
        var directory = Environment.GetEnvironmentVariable(DirectoryVariable);
        Assert.SkipUnless(
            url is { Length: > 0 } && directory is { Length: > 0 },
            $"needs a Keystone: {Variable}=http://..., {DirectoryVariable}=DIR (tests/Integration/start-keystone)");
        var keystone = new KeystoneServer(url!, directory!);
        var password = await File.ReadAllTextAsync(
            Path.Combine(directory!, "admin-password"), TestContext.Current.CancellationToken);
        keystone._http.DefaultRequestHeaders.Add(
            "X-Auth-Token", await keystone.TokenAsync("admin", password, "{\"project\":" + Named("admin") + "}"));
        await keystone.AddServiceUserAsync();
        return keystone;
    }

    public void Dispose() => _http.Dispose();

    /// <summary>The options of an engine that asks this Keystone.</summary>
    public Dictionary<string, string> Settings(int cacheSeconds = 1) => new(StringComparer.Ordinal)
    {
        ["KeystoneUrl"] = Url,
        ["KeystoneUser"] = "backup-engine",
        ["KeystonePassword"] = ServicePassword,
        ["KeystoneCacheSeconds"] = $"{cacheSeconds}",
    };

    /// <summary>Makes a project.</summary>
    public async Task<string> AddProjectAsync(string name) =>
        (string)(await PostAsync("projects", $"{{\"project\":{{\"name\":\"{name}\"}}}}"))["project"]!["id"]!;

    /// <summary>Makes a user with a role in a project, whose password is the name.</summary>
    public async Task AddUserAsync(string name, string project, string role)
    {
        var user = await FindOrAddAsync("users", "user", name, $",\"password\":\"{name}\"");
        await AssignAsync(project, user, await FindOrAddAsync("roles", "role", role));
    }

    /// <summary>Puts an engine into the catalog, in a region of its own, and Keystone too.</summary>
    public async Task AddEndpointAsync(string engineUrl, string region)
    {
        await PostAsync("regions", $"{{\"region\":{{\"id\":\"{region}\"}}}}");
        var service = await FindOrAddAsync("services", "service", "cinderv3", ",\"type\":\"volumev3\"");
        await PostAsync(
            "endpoints",
            $"{{\"endpoint\":{{\"service_id\":\"{service}\",\"interface\":\"public\",\"region_id\":\"{region}\","
            + $"\"url\":\"{engineUrl}/v3/%(project_id)s\"}}}}");
        var identity = await FindOrAddAsync("services", "service", "keystone", ",\"type\":\"identity\"");
        await PostAsync(
            "endpoints",
            $"{{\"endpoint\":{{\"service_id\":\"{identity}\",\"interface\":\"public\","
            + $"\"region_id\":\"{region}\",\"url\":\"{Url}/v3\"}}}}");
    }

    /// <summary>A token of a user whose password is the name.</summary>
    public Task<string> TokenAsync(string user, string? project) => TokenAsync(
        user, user, project is null ? "\"unscoped\"" : "{\"project\":" + Named(project) + "}");

    /// <summary>A token for a domain instead of a project.</summary>
    public Task<string> DomainTokenAsync(string user) =>
        TokenAsync(user, user, "{\"domain\":{\"name\":\"Default\"}}");

    /// <summary>Gives a user a role in the domain.</summary>
    public async Task AssignInDomainAsync(string userName, string roleName)
    {
        var user = await FindOrAddAsync("users", "user", userName);
        var role = await FindOrAddAsync("roles", "role", roleName);
        using var answer = await _http.PutAsync(
            new Uri($"{Url}/v3/domains/default/users/{user}/roles/{role}"), content: null, Cancelled);
        answer.EnsureSuccessStatusCode();
    }

    /// <summary>Takes a token back.</summary>
    public async Task RevokeAsync(string token)
    {
        using var request = new HttpRequestMessage(HttpMethod.Delete, new Uri($"{Url}/v3/auth/tokens"));
        request.Headers.Add("X-Subject-Token", token);
        using var answer = await _http.SendAsync(request, Cancelled);
        answer.EnsureSuccessStatusCode();
    }

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    private static string Named(string name) => $"{{\"name\":\"{name}\",\"domain\":{{\"name\":\"Default\"}}}}";

    private async Task AddServiceUserAsync()
    {
        var project = await FindOrAddAsync("projects", "project", "service");
        var user = await FindOrAddAsync("users", "user", "backup-engine", $",\"password\":\"{ServicePassword}\"");
        await AssignAsync(project, user, await FindOrAddAsync("roles", "role", "service"));
    }

    private async Task AssignAsync(string project, string user, string role)
    {
        using var answer = await _http.PutAsync(
            new Uri($"{Url}/v3/projects/{project}/users/{user}/roles/{role}"), content: null, Cancelled);
        answer.EnsureSuccessStatusCode();
    }

    private async Task<string> FindOrAddAsync(string collection, string kind, string name, string fields = "")
    {
        var found = await _http.GetFromJsonAsync<JsonNode>(new Uri($"{Url}/v3/{collection}?name={name}"), Cancelled);
        if (found![collection] is JsonArray { Count: > 0 } present)
            return (string)present[0]!["id"]!;
        var made = await PostAsync(collection, $"{{\"{kind}\":{{\"name\":\"{name}\"{fields}}}}}");
        return (string)made[kind]!["id"]!;
    }

    private async Task<JsonNode> PostAsync(string collection, string body)
    {
        using var answer = await _http.PostAsync(new Uri($"{Url}/v3/{collection}"), Json(body), Cancelled);
        var text = await answer.Content.ReadAsStringAsync(Cancelled);
        Assert.True(answer.IsSuccessStatusCode, $"{collection} {body}: {text}");
        return JsonNode.Parse(text)!;
    }

    private async Task<string> TokenAsync(string user, string password, string scope)
    {
        var identity = $"\"methods\":[\"password\"],\"password\":{{\"user\":{{\"name\":\"{user}\","
            + $"\"password\":\"{password}\",\"domain\":{{\"name\":\"Default\"}}}}}}";
        using var answer = await _http.PostAsync(
            new Uri($"{Url}/v3/auth/tokens"),
            Json($"{{\"auth\":{{\"identity\":{{{identity}}},\"scope\":{scope}}}}}"), Cancelled);
        Assert.True(answer.IsSuccessStatusCode, await answer.Content.ReadAsStringAsync(Cancelled));
        return answer.Headers.GetValues("X-Subject-Token").Single();
    }

    private static StringContent Json(string body) => new(body, System.Text.Encoding.UTF8, "application/json");
}
