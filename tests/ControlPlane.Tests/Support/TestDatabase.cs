using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.PostgreSql;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace BackupEngine.ControlPlane.Tests.Support;

/// <summary>
/// An empty database of one test's own on the PostgreSQL server of the tests; a whole run of the tests is on it where
/// <c>BACKUPENGINE_TEST_DATABASE=postgresql</c>.
/// </summary>
internal sealed class TestDatabase : IDisposable
{
    private const string ServerVariable = "BACKUPENGINE_TEST_POSTGRESQL";

    private static readonly Lazy<string> Template = new(MakeTemplate);

    private readonly string _name = "test_" + Guid.NewGuid().ToString("N");

    private TestDatabase(string source)
    {
        Execute($"CREATE DATABASE {_name} TEMPLATE {source}");
        Connection = Address(_name);
    }

    /// <summary>Whether this run of the tests is one on PostgreSQL.</summary>
    public static bool IsPostgreSql =>
        Environment.GetEnvironmentVariable("BACKUPENGINE_TEST_DATABASE") == "postgresql";

    /// <summary>How the database is reached.</summary>
    public string Connection { get; }

    private static string Server
    {
        get
        {
            var server = Environment.GetEnvironmentVariable(ServerVariable);
            Assert.SkipUnless(
                server is { Length: > 0 }, $"needs a server: {ServerVariable} (tests/Integration/start-postgresql)");
            return server!;
        }
    }

    /// <summary>One with the schema of this program.</summary>
    public static TestDatabase WithSchema() => new(Template.Value);

    /// <summary>One without any table.</summary>
    public static TestDatabase Empty() => new("template1");

    /// <summary>Where this run is on PostgreSQL: points the options at a database of their own.</summary>
    public static TestDatabase? Choose(EngineOptions options)
    {
        if (!IsPostgreSql)
            return null;
        var database = WithSchema();
        database.Use(options);
        return database;
    }

    /// <summary>Points options at this database.</summary>
    public void Use(EngineOptions options) => (options.Database, options.PostgreSql) = ("postgresql", Connection);

    public void Dispose() => Execute($"DROP DATABASE IF EXISTS {_name} WITH (FORCE)");

    private static string MakeTemplate()
    {
        var name = $"template_{Environment.ProcessId}_{Guid.NewGuid():N}";
        Execute($"CREATE DATABASE {name} TEMPLATE template1");
        var provider = new PostgreSqlProvider(Address(name) + ";Pooling=false");
        using var database = provider.Open();
        database.Database.Migrate();
        return name;
    }

    private static string Address(string database) => new NpgsqlConnectionStringBuilder(Server)
    {
        Database = database,
        MaxPoolSize = 30,
    }.ToString();

    private static void Execute(string statement)
    {
        using var connection = new NpgsqlConnection(Server);
        connection.Open();
        using var command = new NpgsqlCommand(statement, connection);
        command.ExecuteNonQuery();
    }
}
