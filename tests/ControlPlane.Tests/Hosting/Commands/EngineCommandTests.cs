using System.Diagnostics;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.Support;

namespace BackupEngine.ControlPlane.Tests.Hosting.Commands;

/// <summary>The commands beside serve, as an operator runs them.</summary>
public sealed class EngineCommandTests : IDisposable
{
    private readonly string _state = Directory.CreateTempSubdirectory("backup-engine-command-").FullName;
    private readonly TestDatabase _database = TestDatabase.Empty();

    public void Dispose()
    {
        _database.Dispose();
        Directory.Delete(_state, recursive: true);
    }

    [Fact]
    public async Task A_database_is_brought_up_to_date_once()
    {
        var before = await RunAsync("db", "status", "--json");
        var first = await RunAsync("db", "migrate", "--json");
        var again = await RunAsync("db", "migrate", "--json");
        var after = await RunAsync("db", "status", "--json");

        Assert.Equal((ExitCode.No, false), (before.Code, (bool)before.Json["up_to_date"]!));
        Assert.Equal(before.Json["pending"]!.ToJsonString(), first.Json["migrated"]!.ToJsonString());
        Assert.Empty(again.Json["migrated"]!.AsArray());
        Assert.Equal((ExitCode.Success, true), (after.Code, (bool)after.Json["up_to_date"]!));
    }

    [Fact]
    public async Task The_queue_is_shown_where_the_schema_is_there_and_else_what_to_do_is_said()
    {
        var early = await RunAsync(["queue"], []);
        await RunAsync("db", "migrate");
        var empty = await RunAsync(["queue"], []);

        Assert.Equal(ExitCode.Failure, early.Code);
        Assert.Contains("db migrate", early.Text, StringComparison.Ordinal);
        Assert.Equal((ExitCode.Success, "Nothing runs, and nothing waits."), (empty.Code, empty.Text.Trim()));
    }

    [Fact]
    public async Task Policies_are_listed_what_is_due_next_first_with_what_failed()
    {
        await RunAsync("db", "migrate");
        var empty = await RunAsync(["schedules", "list"], []);
        var (later, sooner, off) = (Guid.NewGuid(), Guid.NewGuid(), Guid.NewGuid());
        var options = new EngineOptions { StateDirectory = _state };
        _database.Use(options);
        await using (var database = EngineDatabaseRegistration.ProviderOf(options).Open())
        {
            database.AddRange(
                PolicyOf(later, "later", DateTime.UtcNow.AddHours(2)), PolicyOf(off, "off", next: null),
                PolicyOf(sooner, "sooner", DateTime.UtcNow.AddHours(1)),
                RunOf(sooner, BackupPolicyRunStatus.Succeeded, 1), RunOf(sooner, BackupPolicyRunStatus.Failed, 2));
            await database.SaveChangesAsync(TestContext.Current.CancellationToken);
        }

        var json = (await RunAsync("schedules", "list", "--json")).Json;
        var text = await RunAsync(["schedules", "list"], []);

        Assert.Equal((ExitCode.Success, "There are no backup policies."), (empty.Code, empty.Text.Trim()));
        Assert.Equal(
            ["sooner", "later", "off"], json["policies"]!.AsArray().Select(policy => (string)policy!["name"]!));
        Assert.Equal(
            (1, 1, 0),
            ((int)json["policies"]![0]!["succeeded"]!, (int)json["policies"]![0]!["failed"]!,
                (int)json["policies"]![0]!["skipped"]!));
        Assert.Equal("no room", (string?)Assert.Single(json["troubles"]!.AsArray())!["reason"]);
        Assert.Contains("switched off", text.Text, StringComparison.Ordinal);
        Assert.Contains("no room", text.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("db status", ExitCode.No)]
    [InlineData("queue", ExitCode.Failure)]
    public async Task A_look_makes_no_database_and_says_that_there_is_none(string command, int code)
    {
        var answer = await RunAsync(command.Split(' '), [("Database", "sqlite"), ("PostgreSql", "")]);

        Assert.Equal(code, answer.Code);
        Assert.Contains("There is no database", answer.Text, StringComparison.Ordinal);
        Assert.Contains("db migrate", answer.Text, StringComparison.Ordinal);
        Assert.Empty(Directory.GetFiles(_state, "engine.db*"));
    }

    [Fact]
    public async Task A_configuration_is_shown_without_its_secrets_and_its_parts_are_tried()
    {
        var secret = Path.Combine(_state, "secret");
        await File.WriteAllTextAsync(secret, "not-to-be-seen\n", TestContext.Current.CancellationToken);

        var shown = await RunAsync(
            "config", "check", "--json", "--connect",
            ("PostgreSqlPasswordFile", secret), ("RabbitMq", "amqp://user:not-to-be-seen@127.0.0.1:1/"));

        Assert.Equal(ExitCode.Success, shown.Code);
        Assert.DoesNotContain("not-to-be-seen", shown.Text, StringComparison.Ordinal);
        Assert.Equal("(given, not shown)", (string)shown.Json["options"]!["PostgreSqlPassword"]!);
        Assert.Equal("ok", (string)shown.Json["parts"]!["database"]!);
    }

    [Fact]
    public async Task A_configuration_that_shows_a_password_on_the_way_is_warned_of()
    {
        var shown = await RunAsync(
            "config", "check", "--json", ("Authentication", "keystone"),
            ("KeystoneUrl", "http://keystone.example.org:5000"), ("KeystonePassword", "x"));

        Assert.Equal(ExitCode.Success, shown.Code);
        Assert.Contains(
            "http://keystone.example.org:5000 is plain http", (string)Assert.Single(shown.Json["warnings"]!.AsArray())!,
            StringComparison.Ordinal);
    }

    [Fact]
    public async Task What_is_not_reached_is_named()
    {
        var shown = await RunAsync(
            "config", "check", "--json", "--connect",
            ("Transport", "rabbitmq"),
            ("RabbitMq", "amqp://user@127.0.0.1:1/"),
            ("PostgreSql", "Host=127.0.0.1;Port=1;Database=x"));

        Assert.Equal(ExitCode.Failure, shown.Code);
        Assert.NotEqual("ok", (string)shown.Json["parts"]!["database"]!);
        Assert.NotEqual("ok", (string)shown.Json["parts"]!["broker"]!);
        Assert.Equal("ok", (string)shown.Json["parts"]!["state directory"]!);
    }

    [Fact]
    public async Task Every_fault_of_a_configuration_is_told_at_once()
    {
        var refused = await RunAsync(
            "config", "check", ("Transport", "rabbitmq"), ("Database", "oracle"), ("LeaseSeconds", "1"));

        Assert.Equal(ExitCode.BadConfiguration, refused.Code);
        foreach (var word in new[] { "amqp://", "sqlite, postgresql", "LeaseSeconds" })
            Assert.Contains(word, refused.Text, StringComparison.Ordinal);
    }

    /// <summary>What is printed of the rules is a policy file that says the same.</summary>
    [Fact]
    public async Task The_policy_is_printed_as_a_file_that_can_be_read()
    {
        var file = Path.Combine(_state, "policy.yaml");
        await File.WriteAllTextAsync(file, "backup:get: '@'\n", TestContext.Current.CancellationToken);

        var printed = await RunAsync("config", "policy", ("PolicyFile", file));
        var json = await RunAsync("config", "policy", "--json", ("PolicyFile", file));

        Assert.Equal((ExitCode.Success, ExitCode.Success), (printed.Code, json.Code));
        Assert.Equal("@", (string?)json.Json["backup:get"]);
        var rules = Policy.Load(file).Expressions.ToList();
        await File.WriteAllTextAsync(file, printed.Text, TestContext.Current.CancellationToken);
        Assert.Equal(rules, Policy.Load(file).Expressions);
    }

    private Task<Answer> RunAsync(string command, string verb, params (string, string)[] options) =>
        RunAsync([command, verb], options);

    private Task<Answer> RunAsync(string command, string verb, string option, params (string, string)[] options) =>
        RunAsync([command, verb, option], options);

    private Task<Answer> RunAsync(
        string command, string verb, string option, string other, params (string, string)[] options) =>
        RunAsync([command, verb, option, other], options);

    private async Task<Answer> RunAsync(string[] words, (string Name, string Value)[] options)
    {
        var start = new ProcessStartInfo(
            Path.Combine(AppContext.BaseDirectory, "backup-engine"), [.. words, "--state-dir", _state])
        {
            UseShellExecute = false,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        start.Environment["Engine__Database"] = "postgresql";
        start.Environment["Engine__PostgreSql"] = _database.Connection;
        start.Environment["Engine__DataPlaneProgram"] = "/bin/true";
        foreach (var (name, value) in options)
            start.Environment[$"Engine__{name}"] = value;
        using var process = Process.Start(start)!;
        var error = process.StandardError.ReadToEndAsync(TestContext.Current.CancellationToken);
        var output = await process.StandardOutput.ReadToEndAsync(TestContext.Current.CancellationToken);
        await process.WaitForExitAsync(TestContext.Current.CancellationToken);
        return new Answer(process.ExitCode, output + await error);
    }

    private sealed record Answer(int Code, string Text)
    {
        public JsonNode Json => JsonNode.Parse(Text)!;
    }

    private static BackupPolicyEntity PolicyOf(Guid id, string name, DateTime? next) => new()
    {
        Id = id,
        ProjectId = "p",
        Name = name,
        NextRunAt = next,
        CreatedAt = DateTime.UtcNow,
    };

    private static BackupPolicyRunEntity RunOf(Guid policy, string status, int number) => new()
    {
        Id = Guid.NewGuid(),
        PolicyId = policy,
        VolumeId = Guid.NewGuid(),
        ProjectId = "p",
        DueAt = DateTime.UtcNow.AddMinutes(-number),
        StartAt = DateTime.UtcNow,
        Status = status,
        Reason = status == BackupPolicyRunStatus.Failed ? "no room" : null,
        CreatedAt = DateTime.UtcNow,
        EndedAt = DateTime.UtcNow,
    };
}
