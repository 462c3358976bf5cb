using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace BackupEngine.ControlPlaneBench;

/// <summary>A user of the REST API.</summary>
internal sealed class ApiUser : IDisposable
{
    private static readonly TimeSpan Poll = TimeSpan.FromMilliseconds(100);

    private readonly HttpClient _http;

    private ApiUser(string url, string projectId, string token)
    {
        ProjectId = projectId;
        _http = new HttpClient(new SocketsHttpHandler { MaxConnectionsPerServer = 64 }, disposeHandler: true)
        {
            BaseAddress = new Uri($"{url}/v3/{projectId}/"),
            Timeout = TimeSpan.FromMinutes(10),
        };
        _http.DefaultRequestHeaders.Add("X-Auth-Token", token);
        _http.DefaultRequestHeaders.Add("OpenStack-API-Version", "volume 3.64");
    }

    public string ProjectId { get; }

    public static ApiUser Of(string url, string tokensFile, string name)
    {
        var users = JsonNode.Parse(File.ReadAllText(tokensFile))!["users"]!.AsArray();
        var user = users.First(u => u!["name"]!.GetValue<string>() == name)!;
        return new ApiUser(url, user["project_id"]!.GetValue<string>(), user["token"]!.GetValue<string>());
    }

    /// <summary>A volume of 1 GiB in which 1 MiB is written, as of a file of the host.</summary>
    public async Task<Guid> CreateVolumeAsync(Func<Guid, string> fileOf)
    {
        var made = await SendAsync(
            HttpMethod.Post, "volumes", new JsonObject { ["volume"] = new JsonObject { ["size"] = 1 } });
        var id = made["volume"]!["id"]!.GetValue<Guid>();
        await AwaitAsync("volumes", "volume", id, "available");
        var data = new byte[1 << 20];
        Random.Shared.NextBytes(data);
        await using var file = new FileStream(fileOf(id), FileMode.Open, FileAccess.Write);
        await file.WriteAsync(data);
        return id;
    }

    public async Task<Guid> BeginBackupAsync(Guid volume)
    {
        var made = await SendAsync(
            HttpMethod.Post, "backups",
            new JsonObject { ["backup"] = new JsonObject { ["volume_id"] = volume, ["force"] = true } });
        return made["backup"]!["id"]!.GetValue<Guid>();
    }

    /// <summary>Waits until a backup is available; answers with the time that its record says it was.</summary>
    public async Task<DateTime> AwaitBackupAsync(Guid backup) =>
        (await AwaitAsync("backups", "backup", backup, "available"))["updated_at"]!.GetValue<DateTime>();

    public Task ReadAsync(string path) => _http.GetByteArrayAsync(new Uri(path, UriKind.Relative));

    public async Task<JsonNode> SendAsync(HttpMethod method, string path, JsonObject body)
    {
        using var request = new HttpRequestMessage(method, path) { Content = JsonContent.Create(body) };
        using var response = await _http.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        return response.IsSuccessStatusCode
            ? JsonNode.Parse(text)!
            : throw new InvalidOperationException($"{method} {path} {response.StatusCode}: {text}");
    }

    public void Dispose() => _http.Dispose();

    private async Task<JsonNode> AwaitAsync(string collection, string name, Guid id, string wanted)
    {
        while (true)
        {
            var text = await _http.GetStringAsync(new Uri($"{collection}/{id}", UriKind.Relative));
            var record = JsonNode.Parse(text)![name]!;
            var status = record["status"]!.GetValue<string>();
            if (status == wanted)
                return record;
            if (status.StartsWith("error", StringComparison.Ordinal))
                throw new InvalidOperationException(record.ToJsonString());
            await Task.Delay(Poll);
        }
    }
}
