using Npgsql;

namespace BackupEngine.ControlPlaneBench;

/// <summary>On what the engine runs: SQLite and the bus in memory, or a database of its own on real servers.</summary>
internal sealed record Backing(string Name, string? PostgreSql, string? RabbitMq)
{
    /// <summary>What the command line names: SQLite always, the servers where they are given.</summary>
    public static IReadOnlyList<Backing> From(string[] args)
    {
        var (postgreSql, rabbitMq) = (Option(args, "--postgresql"), Option(args, "--rabbitmq"));
        var embedded = new Backing("SQLite, bus in memory", null, null);
        return postgreSql is null || rabbitMq is null
            ? [embedded]
            : [embedded, new Backing("PostgreSQL, RabbitMQ", postgreSql, rabbitMq)];
    }

    /// <summary>The same on a new, empty database.</summary>
    public async Task<Backing> WithOwnDatabaseAsync()
    {
        if (PostgreSql is null)
            return this;
        var name = "bench_" + Guid.NewGuid().ToString("N");
        await using var connection = new NpgsqlConnection(PostgreSql);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand($"CREATE DATABASE {name}", connection);
        await command.ExecuteNonQueryAsync();
        return this with { PostgreSql = new NpgsqlConnectionStringBuilder(PostgreSql) { Database = name }.ToString() };
    }

    /// <summary>Options of the engine.</summary>
    public IEnumerable<KeyValuePair<string, string>> Options() => PostgreSql is null ? [] :
    [
        new("Database", "postgresql"),
        new("PostgreSql", PostgreSql),
        new("Transport", "rabbitmq"),
        new("RabbitMq", RabbitMq!),
    ];

    private static string? Option(string[] args, string name)
    {
        var at = Array.IndexOf(args, name);
        return at >= 0 && at + 1 < args.Length ? args[at + 1] : null;
    }
}
