using System.Globalization;
using System.Net.Http.Json;
using System.Text.Json.Nodes;
using BackupEngine.Integration.Clients;
using BackupEngine.Integration.Support;
using Npgsql;

namespace BackupEngine.Integration.Deployment;

/// <summary>
/// Two engines on one PostgreSQL, both of which run the schedules, and one of which is killed while it does: every due
/// time is done once for every volume.
/// </summary>
public sealed class SchedulesTests : IAsyncLifetime
{
    private const string ServerVariable = "BACKUPENGINE_TEST_POSTGRESQL";
    private const int DueTimes = 8;
    private const int Volumes = 3;

    private static readonly TimeSpan Apart = TimeSpan.FromSeconds(2);

    private readonly string _database = "schedules_" + Guid.NewGuid().ToString("N");
    private readonly HttpClient _http = new();
    private string _project = "";

    private static CancellationToken Token => TestContext.Current.CancellationToken;

    private static string Server => Environment.GetEnvironmentVariable(ServerVariable) ?? "";

    public async ValueTask InitializeAsync()
    {
        Assert.SkipUnless(
            Server.Length > 0, $"needs a server: {ServerVariable} (tests/Integration/start-postgresql)");
        await ExecuteAsync($"CREATE DATABASE {_database}");
    }

    public async ValueTask DisposeAsync()
    {
        _http.Dispose();
        if (Server.Length > 0)
            await ExecuteAsync($"DROP DATABASE IF EXISTS {_database} WITH (FORCE)");
    }

    [Fact]
    public async Task Each_due_time_is_done_once_for_each_volume_although_one_of_two_engines_is_killed()
    {
        await using var survivor = await StartAsync("survivor");
        await using var victim = await StartAsync("victim");
        Use(survivor);
        var volumes = await CreateVolumesAsync();
        var first = DateTime.UtcNow.AddSeconds(3);
        first = first.AddTicks(-(first.Ticks % TimeSpan.TicksPerSecond));
        DateTime[] due = [.. Enumerable.Range(0, DueTimes).Select(number => first + (number * Apart))];
        var policy = await CreatePolicyAsync(due);

        await Eventually.HoldsAsync(() => Task.FromResult(DateTime.UtcNow >= due[DueTimes / 2]), "half are due");
        await victim.KillAsync();
        await Eventually.HoldsAsync(
            async () => DateTime.UtcNow > due[^1] && await IsAtRestAsync(policy, due[^1]),
            "every run has ended:\n" + survivor.LogText());

        var runs = await RunsAsync(policy);
        foreach (var volume in volumes)
            MustBeDoneOnce(runs.Where(run => (string?)run!["volume_id"] == volume).ToList(), due);
        await MustHaveTheBackupsOfAsync(policy, runs);
    }

    /// <summary>
    /// No due time twice and none left out: one that passed before anybody looked, on a machine that was busy, stands
    /// in the run of the one after it.
    /// </summary>
    private static void MustBeDoneOnce(List<JsonNode?> runs, DateTime[] due)
    {
        var times = runs.Select(run => Time(run!["due_at"]!)).Order().ToList();
        Assert.Equal(times.Distinct(), times);
        Assert.Subset(due.ToHashSet(), times.ToHashSet());
        Assert.Equal(due.Length, runs.Sum(run => 1 + (int)run!["missed"]!));
        Assert.All(runs, run => Assert.True(
            (string?)run!["status"] == "succeeded"
            || ((string?)run["status"] == "skipped"
                && ((string)run["reason"]!).Contains("has not ended yet", StringComparison.Ordinal)),
            run.ToJsonString()));
    }

    private async Task MustHaveTheBackupsOfAsync(string policy, JsonArray runs)
    {
        var backups = (await GetAsync("backups/detail"))["backups"]!.AsArray();
        Assert.All(backups, backup => Assert.Equal(
            ("available", policy),
            ((string)backup!["status"]!, (string)backup["metadata"]!["backup-engine:policy"]!)));
        Assert.Equal(
            runs.Select(run => (string?)run!["backup_id"]).OfType<string>().Order(),
            backups.Select(backup => (string)backup!["id"]!).Order());
        Assert.NotEmpty(backups);
    }

    private async Task<bool> IsAtRestAsync(string policy, DateTime last)
    {
        var runs = await RunsAsync(policy);
        return runs.Count(run => Time(run!["due_at"]!) == last) == Volumes
            && runs.All(run => (string?)run!["status"] is not ("planned" or "running"));
    }

    private async Task<JsonArray> RunsAsync(string policy) =>
        (await GetAsync($"backup-policy-runs?policy_id={policy}"))["backup-policy-runs"]!.AsArray();

    private async Task<string[]> CreateVolumesAsync()
    {
        var made = new List<string>();
        for (var number = 0; number < Volumes; number++)
            made.Add((string)(await PostAsync("volumes", """{"volume": {"size": 1}}"""))["volume"]!["id"]!);
        await Eventually.HoldsAsync(
            async () => (await GetAsync("volumes/detail"))["volumes"]!.AsArray()
                .All(volume => (string?)volume!["status"] == "available"),
            "the volumes are there");
        return [.. made];
    }

    private async Task<string> CreatePolicyAsync(DateTime[] due)
    {
        var rules = due.Select(time => new JsonObject
        {
            ["type"] = "daily",
            ["time"] = time.ToString("HH:mm:ss", CultureInfo.InvariantCulture),
        });
        var policy = new JsonObject { ["name"] = "p", ["all_volumes"] = true, ["rules"] = new JsonArray([.. rules]) };
        var made = await PostAsync(
            "backup-policies", new JsonObject { ["backup_policy"] = policy }.ToJsonString());
        return (string)made["backup_policy"]!["id"]!;
    }

    private Task<EngineProcess> StartAsync(string name) => EngineProcess.StartAsync(
        "token-file",
        ("Host", name),
        ("Database", "postgresql"),
        ("PostgreSql", new NpgsqlConnectionStringBuilder(Server) { Database = _database }.ToString()),
        ("ScheduleSeconds", "1"),
        ("QuotaBackups", "-1"));

    private void Use(EngineProcess engine)
    {
        _project = engine.ProjectId;
        _http.BaseAddress = new Uri(engine.Url);
        _http.DefaultRequestHeaders.Add("X-Auth-Token", engine.Token);
        _http.DefaultRequestHeaders.Add("OpenStack-API-Version", "volume 3.64");
    }

    private async Task<JsonNode> PostAsync(string path, string body)
    {
        using var content = new StringContent(body, System.Text.Encoding.UTF8, "application/json");
        using var response = await _http.PostAsync($"/v3/{_project}/{path}", content, Token);
        var text = await response.Content.ReadAsStringAsync(Token);
        Assert.True(response.IsSuccessStatusCode, $"{path} {response.StatusCode}: {text}");
        return JsonNode.Parse(text)!;
    }

    private async Task<JsonNode> GetAsync(string path) =>
        (await _http.GetFromJsonAsync<JsonNode>($"/v3/{_project}/{path}", Token))!;

    private static DateTime Time(JsonNode text) => DateTime.Parse(
        (string)text!, CultureInfo.InvariantCulture, DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal);

    private static async Task ExecuteAsync(string statement)
    {
        await using var connection = new NpgsqlConnection(Server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(statement, connection);
        await command.ExecuteNonQueryAsync();
    }
}
