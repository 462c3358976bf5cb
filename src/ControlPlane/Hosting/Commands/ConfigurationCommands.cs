using System.CommandLine;
using System.Globalization;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Authentication.Policies;

namespace BackupEngine.ControlPlane.Hosting.Commands;

/// <summary><c>backup-engine config check</c> and <c>config policy</c>.</summary>
internal static class ConfigurationCommands
{
    private const string Hidden = "(given, not shown)";

    private static readonly Option<bool> Connect = new("--connect")
    {
        Description = "Also tries everything that the configuration names: database, broker, programs, directories.",
    };

    /// <summary>The command.</summary>
    public static Command Make() => new("config", "Looks at the configuration.")
    {
        CommandConfiguration.Command(
            "check",
            "Reads the configuration as serve would and prints every option as it would be used, without secrets. Exit "
            + "code 2, with every fault, where it cannot be used; with --connect 1 where something is not reached.",
            CheckAsync,
            CommandConfiguration.Json,
            Connect),
        CommandConfiguration.Command(
            "policy",
            "Prints every rule of who may do what as it holds, the policy file taken into account, in the form of such "
            + "a file.",
            PrintPolicyAsync,
            CommandConfiguration.Json),
    };

    private static async Task<int> PrintPolicyAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var rules = Policy.Load(EngineOptionsReader.Read(CommandConfiguration.Read(parsed)).PolicyFile).Expressions;
        var lines = rules.Select(rule =>
            $"{JsonValue.Create(rule.Name).ToJsonString()}: {JsonValue.Create(rule.Expression).ToJsonString()}");
        await Console.Out.WriteLineAsync(parsed.GetValue(CommandConfiguration.Json)
            ? $"{{{string.Join(", ", lines)}}}"
            : string.Join(Environment.NewLine, lines));
        return ExitCode.Success;
    }

    private static async Task<int> CheckAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var options = EngineOptionsReader.Read(CommandConfiguration.Read(parsed));
        var tried = parsed.GetValue(Connect) ? await ConfiguredParts.TryAsync(options, cancellationToken) : [];
        if (parsed.GetValue(CommandConfiguration.Json))
            await Console.Out.WriteLineAsync(Document(options, tried).ToJsonString());
        else
            await WriteWordsAsync(options, tried);
        return tried.All(part => part.Fault is null) ? ExitCode.Success : ExitCode.Failure;
    }

    private static async Task WriteWordsAsync(EngineOptions options, IReadOnlyList<ConfiguredPart> tried)
    {
        foreach (var (name, value) in Shown(options))
            await Console.Out.WriteLineAsync($"{EngineOptionsReader.SectionName}:{name} = {value}");
        foreach (var warning in EngineOptionsWarnings.Of(options))
            await Console.Out.WriteLineAsync($"warning: {warning}");
        foreach (var part in tried)
            await Console.Out.WriteLineAsync($"{part.Name}: {part.Fault ?? "ok"}");
    }

    private static JsonObject Document(EngineOptions options, IReadOnlyList<ConfiguredPart> tried) => new()
    {
        ["options"] = new JsonObject(Shown(options).Select(
            option => KeyValuePair.Create(option.Name, (JsonNode?)JsonValue.Create(option.Value)))),
        ["warnings"] = new JsonArray(
            [.. EngineOptionsWarnings.Of(options).Select(warning => (JsonNode?)JsonValue.Create(warning))]),
        ["parts"] = new JsonObject(tried.Select(
            part => KeyValuePair.Create(part.Name, (JsonNode?)JsonValue.Create(part.Fault ?? "ok")))),
    };

    private static IEnumerable<(string Name, string Value)> Shown(EngineOptions options) =>
        from property in typeof(EngineOptions).GetProperties()
        where property.CanWrite
        orderby property.Name
        select (property.Name, Shown(property.Name, property.GetValue(options)));

    private static string Shown(string name, object? value) => value switch
    {
        null => "(none)",
        string text when name.EndsWith("Password", StringComparison.Ordinal) => text.Length > 0 ? Hidden : "(none)",
        string text when name == nameof(EngineOptions.RabbitMq) => WithoutPassword(text),
        string text when name == nameof(EngineOptions.PostgreSql) => ConnectionWithoutPassword(text),
        IEnumerable<string> many => string.Join(',', many),
        _ => Convert.ToString(value, CultureInfo.InvariantCulture)!,
    };

    private static string WithoutPassword(string address) =>
        Uri.TryCreate(address, UriKind.Absolute, out var uri) && uri.UserInfo.Contains(':', StringComparison.Ordinal)
            ? new UriBuilder(uri) { Password = "***" }.Uri.ToString()
            : address;

    private static string ConnectionWithoutPassword(string connection) =>
        string.Join(';', connection.Split(';').Select(part =>
            part.TrimStart().StartsWith("password", StringComparison.OrdinalIgnoreCase)
            || part.TrimStart().StartsWith("pwd", StringComparison.OrdinalIgnoreCase)
                ? "Password=***"
                : part));
}
