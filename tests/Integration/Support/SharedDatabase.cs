using Npgsql;

namespace BackupEngine.Integration.Support;

/// <summary>An empty database of one test's own on the PostgreSQL server of the tests.</summary>
internal sealed class SharedDatabase : IDisposable
{
    private const string Variable = "BACKUPENGINE_TEST_POSTGRESQL";

    private readonly string _name = "shared_" + Guid.NewGuid().ToString("N");
    private readonly string _server;

    public SharedDatabase()
    {
        var server = Environment.GetEnvironmentVariable(Variable);
        Assert.SkipUnless(
            server is { Length: > 0 }, $"needs a server: {Variable} (tests/Integration/start-postgresql)");
        _server = server!;
        Execute($"CREATE DATABASE {_name}");
        Connection = new NpgsqlConnectionStringBuilder(_server) { Database = _name, MaxPoolSize = 30 }.ToString();
    }

    public string Connection { get; }

    public void Dispose() => Execute($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");

    private void Execute(string statement)
    {
        using var connection = new NpgsqlConnection(_server);
        connection.Open();
        using var command = new NpgsqlCommand(statement, connection);
        command.ExecuteNonQuery();
    }
}
