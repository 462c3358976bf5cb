using System.CommandLine;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Database;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Hosting.Commands;

/// <summary><c>backup-engine db migrate</c> and <c>db status</c>.</summary>
internal static class DatabaseCommands
{
    /// <summary>Both.</summary>
    public static Command Make() => new("db", "Looks at the schema of the database, and brings it up to date.")
    {
        CommandConfiguration.Command(
            "migrate", "Brings the schema up to date. Of several at once one does it and the others wait.",
            MigrateAsync, CommandConfiguration.Json),
        CommandConfiguration.Command(
            "status", "Tells what the database has of the schema; exit code 3 where it is not up to date.",
            StatusAsync, CommandConfiguration.Json),
    };

    private static async Task<int> MigrateAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (provider, migrator) = Open(parsed);
        var applied = await migrator.MigrateAsync(cancellationToken);
        await WriteAsync(
            parsed,
            new JsonObject { ["database"] = provider.Description, ["migrated"] = Names(applied) },
            applied.Count == 0
                ? $"{provider.Description} is up to date; nothing was changed."
                : $"{provider.Description}: {string.Join(", ", applied)} done.");
        return ExitCode.Success;
    }

    private static async Task<int> StatusAsync(ParseResult parsed, CancellationToken cancellationToken)
    {
        var (provider, migrator) = Open(parsed);
        var state = await migrator.ReadStateAsync(cancellationToken);
        var current = state is { Pending.Count: 0, Unknown.Count: 0 };
        var json = new JsonObject
        {
            ["database"] = provider.Description,
            ["up_to_date"] = current,
            ["applied"] = Names(state.Applied),
            ["pending"] = Names(state.Pending),
            ["of_a_newer_program"] = Names(state.Unknown),
        };
        await WriteAsync(
            parsed,
            json,
            provider.IsThere
                ? Words(provider.Description, state)
                : $"There is no database {provider.Description} yet. Run backup-engine db migrate, or start a "
                    + "service.");
        return current ? ExitCode.Success : ExitCode.No;
    }

    private static string Words(string database, DatabaseSchemaState state) =>
        state.Unknown.Count > 0 ? $"{database} is of a newer program: it has {string.Join(", ", state.Unknown)}."
        : state.Pending.Count > 0
            ? $"{database} lacks {string.Join(", ", state.Pending)}. Run backup-engine db migrate."
        : $"{database} is up to date ({state.Applied.Count} migrations).";

    private static (DatabaseProvider Provider, DatabaseMigrator Migrator) Open(ParseResult parsed)
    {
        var options = EngineOptionsReader.Read(CommandConfiguration.Read(parsed));
        var provider = EngineDatabaseRegistration.ProviderOf(options);
        return (provider, new DatabaseMigrator(provider, options, NullLogger<DatabaseMigrator>.Instance));
    }

    private static JsonArray Names(IEnumerable<string> names) => [.. names.Select(name => JsonValue.Create(name))];

    private static Task WriteAsync(ParseResult parsed, JsonObject json, string words) =>
        Console.Out.WriteLineAsync(parsed.GetValue(CommandConfiguration.Json) ? json.ToJsonString() : words);
}
