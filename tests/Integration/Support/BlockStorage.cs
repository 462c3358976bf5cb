using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace BackupEngine.Integration.Support;

/// <summary>A user of the REST API.</summary>
public sealed class BlockStorage : IDisposable
{
    private readonly HttpClient _http;
    private readonly string _project;

    public BlockStorage(
        string url, string stateDirectory, HttpMessageHandler? handler = null, string userName = "demo")
    {
        var tokens = JsonNode.Parse(File.ReadAllText(Path.Combine(stateDirectory, "tokens.json")))!;
        var user = tokens["users"]!.AsArray().First(u => u!["name"]!.GetValue<string>() == userName)!;
        _project = user["project_id"]!.GetValue<string>();
        _http = new HttpClient(handler ?? new SocketsHttpHandler())
        {
            BaseAddress = new Uri(url),
            Timeout = TimeSpan.FromMinutes(2),
        };
        _http.DefaultRequestHeaders.Add("X-Auth-Token", user["token"]!.GetValue<string>());
        _http.DefaultRequestHeaders.Add("OpenStack-API-Version", "volume 3.64");
    }

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    public async Task<Guid> CreateVolumeAsync(int sizeGiB = 1)
    {
        var made = await PostAsync("volumes", new JsonObject { ["volume"] = new JsonObject { ["size"] = sizeGiB } });
        var id = made["volume"]!["id"]!.GetValue<Guid>();
        await AwaitVolumeAsync(id, "available");
        return id;
    }

    public async Task<string> ConnectAsync(Guid volume)
    {
        var answer = await PostAsync($"volumes/{volume}/action", Action("os-initialize_connection"));
        return answer["connection_info"]!["data"]!["device_path"]!.GetValue<string>();
    }

    public Task DisconnectAsync(Guid volume) =>
        PostAsync($"volumes/{volume}/action", Action("os-terminate_connection"));

    public Task AttachAsync(Guid volume) => PostAsync($"volumes/{volume}/action", new JsonObject
    {
        ["os-attach"] = new JsonObject
        {
            ["instance_uuid"] = Guid.NewGuid().ToString(),
            ["mountpoint"] = "/dev/vdb",
            ["mode"] = "rw"
        },
    });

    public async Task<Guid> BeginBackupAsync(Guid volume, bool incremental = false, int? rateLimitMiB = null)
    {
        var body = new JsonObject { ["volume_id"] = volume, ["incremental"] = incremental, ["force"] = true };
        Limit(body, rateLimitMiB);
        var made = await PostAsync("backups", new JsonObject { ["backup"] = body });
        return made["backup"]!["id"]!.GetValue<Guid>();
    }

    public async Task<Guid> BackupAsync(Guid volume, bool incremental = false)
    {
        var id = await BeginBackupAsync(volume, incremental);
        await AwaitBackupAsync(id, "available");
        return id;
    }

    public async Task<Guid> BeginRestoreAsync(Guid backup, Guid? volume = null, int? rateLimitMiB = null)
    {
        var body = new JsonObject { ["volume_id"] = volume };
        Limit(body, rateLimitMiB);
        var answer = await PostAsync($"backups/{backup}/restore", new JsonObject { ["restore"] = body });
        return answer["restore"]!["volume_id"]!.GetValue<Guid>();
    }

    public async Task DeleteBackupAsync(Guid backup)
    {
        using var response = await _http.DeleteAsync($"/v3/{_project}/backups/{backup}", Token);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    public async Task<JsonNode> BackupRecordAsync(Guid id) => (await GetAsync($"backups/{id}"))!["backup"]!;

    public async Task<JsonNode> VolumeRecordAsync(Guid id) => (await GetAsync($"volumes/{id}"))!["volume"]!;

    public async Task<bool> BackupExistsAsync(Guid id) => await GetAsync($"backups/{id}") is not null;

    /// <summary>Waits for a status; any other at rest fails the test with the reason.</summary>
    public async Task AwaitBackupAsync(Guid id, string wanted)
    {
        await Eventually.HoldsAsync(
            async () => (await BackupRecordAsync(id))["status"]!
                .GetValue<string>() is not ("creating" or "restoring" or "deleting"),
            $"backup {id} at rest");
        var record = await BackupRecordAsync(id);
        Assert.True(wanted == record["status"]!.GetValue<string>(), record.ToJsonString());
    }

    public Task AwaitVolumeAsync(Guid id, string wanted) => Eventually.HoldsAsync(
        async () => (await VolumeRecordAsync(id))["status"]!.GetValue<string>() == wanted, $"volume {id} {wanted}");

    /// <summary>The step log: number and outcome.</summary>
    public async Task<string[]> StepsAsync(Guid backup) =>
    [
        .. (await GetAsync($"backups/{backup}/steps"))!["steps"]!.AsArray()
            .Select(s => $"{s!["number"]} {s["outcome"]}"),
    ];

    /// <summary>The facts that some steps noted, together.</summary>
    public async Task<JsonObject> StepFactsAsync(Guid backup, params string[] names)
    {
        var facts = new JsonObject();
        foreach (var step in (await GetAsync($"backups/{backup}/steps"))!["steps"]!.AsArray())
        {
            if (names.Contains(step!["name"]!.GetValue<string>(), StringComparer.Ordinal) && step["facts"] is { } noted)
            {
                foreach (var (name, value) in noted.AsObject())
                    facts[name] = value?.DeepClone();
            }
        }

        return facts;
    }

    /// <summary>How far the work on a backup has come.</summary>
    public async Task<JsonNode> ProgressAsync(Guid backup) =>
        (await GetAsync($"backups/{backup}/progress"))!["progress"]!;

    /// <summary>What a backup took and cost.</summary>
    public async Task<JsonNode> StatisticsAsync(Guid backup) =>
        (await GetAsync($"backups/{backup}/statistics"))!["statistics"]!;

    /// <summary>Verifies a backup; answers when that has ended.</summary>
    public async Task<JsonNode> VerifyAsync(Guid backup, string level)
    {
        await PostAsync(
            $"backups/{backup}/action", new JsonObject { ["os-verify"] = new JsonObject { ["level"] = level } });
        JsonNode? verification = null;
        await Eventually.HoldsAsync(
            async () =>
            {
                verification = (await GetAsync($"backups/{backup}/verification"))!["verification"]!;
                return verification["status"]!.GetValue<string>() != "verifying";
            },
            $"the end of the verification of {backup}");
        return verification!;
    }

    /// <summary>What waits and what runs: of the own project, or everything for an administrator.</summary>
    public async Task<JsonNode[]> QueueAsync() => [.. (await GetAsync("os-backup-queue"))!["backup_queue"]!.AsArray()!];

    /// <summary>Lets the backup service of a host begin what waits, or forbids it; for an administrator.</summary>
    public async Task LetBeginAsync(string host, bool allowed)
    {
        var body = new JsonObject { ["binary"] = "cinder-backup", ["host"] = host };
        var path = $"/v3/{_project}/os-services/{(allowed ? "enable" : "disable")}";
        using var response = await _http.PutAsJsonAsync(path, body, Token);
        Assert.True(response.IsSuccessStatusCode, await response.Content.ReadAsStringAsync(Token));
    }

    /// <summary>What the user was told of a backup.</summary>
    public async Task<string[]> MessagesAsync(Guid backup) =>
    [
        .. (await GetAsync($"messages?resource_uuid={backup}"))!["messages"]!.AsArray()
            .Select(message => message!["user_message"]!.GetValue<string>()),
    ];

    /// <summary>What the data plane counted.</summary>
    public async Task<long> StatisticAsync(Guid backup, string name)
    {
        var steps = (await GetAsync($"backups/{backup}/steps"))!["steps"]!.AsArray();
        var transfer = steps.Last(
            s => s!["name"]!.GetValue<string>() == "transfer-data" && s["outcome"]!.GetValue<string>() == "done");
        return long.Parse(transfer!["facts"]![name]!.ToString(), CultureInfo.InvariantCulture);
    }

    public void Dispose() => _http.Dispose();

    private static void Limit(JsonObject body, int? rateLimitMiB)
    {
        if (rateLimitMiB is { } limit)
            body["backup-engine:options"] = new JsonObject { ["rate_limit_mib"] = limit };
    }

    private static JsonObject Action(string name) => new()
    {
        [name] = new JsonObject { ["connector"] = new JsonObject { ["host"] = "test" } },
    };

    private async Task<JsonNode> PostAsync(string path, JsonObject body)
    {
        using var response = await _http.PostAsJsonAsync($"/v3/{_project}/{path}", body, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.IsSuccessStatusCode, $"{path} {response.StatusCode}: {text}");
        return text.Length == 0 ? new JsonObject() : JsonNode.Parse(text)!;
    }

    private async Task<JsonNode?> GetAsync(string path)
    {
        using var response = await _http.GetAsync($"/v3/{_project}/{path}", Token);
        return response.StatusCode == System.Net.HttpStatusCode.NotFound
            ? null
            : JsonNode.Parse(await response.Content.ReadAsStringAsync(Token));
    }
}
