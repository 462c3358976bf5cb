using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace BackupEngine.ControlPlane.Database.PostgreSql;

/// <summary>A PostgreSQL server that any number of hosts share.</summary>
public sealed class PostgreSqlProvider : DatabaseProvider, IAsyncDisposable
{
    /// <summary>
    /// Key of the advisory lock under which the schema is changed. It must never change: an older process would not
    /// see that a newer one migrates.
    /// </summary>
    private const long SchemaLock = 0x6261636b_75706462;

    /// <summary>
    /// What the server does with a session whose process is paused or cut off: a transaction that nobody goes on with
    /// ends after 10 s, and a connection whose answers are not taken after 15 s. Otherwise the rows that it had changed
    /// would stay locked until that process wakes, and everybody who needs one of them would wait as long.
    /// </summary>
    private const string SessionLimits = "-c idle_in_transaction_session_timeout=10s -c tcp_user_timeout=15s";

    private readonly NpgsqlDataSource _source;
    private readonly DbContextOptions<PostgreSqlDatabase> _options;

    /// <summary>The database of a connection string.</summary>
    /// <param name="connectionString">As Npgsql reads it: <c>Host=...;Database=...;Username=...</c>.</param>
    /// <param name="password">The password; null: the connection string has it, or none is needed.</param>
    public PostgreSqlProvider(string connectionString, string? password = null)
    {
        var connection = new NpgsqlConnectionStringBuilder(connectionString);
        connection.Password = password ?? connection.Password;
        connection.ApplicationName ??= "backup-engine";
        connection.Options ??= SessionLimits;
        Description = $"postgresql {connection.Host}:{connection.Port}/{connection.Database}";
        _source = new NpgsqlDataSourceBuilder(connection.ToString()).Build();
        _options = new DbContextOptionsBuilder<PostgreSqlDatabase>().UseNpgsql(_source).Options;
    }

    /// <summary>What is wrong with a connection string; null: nothing that can be seen without a server.</summary>
    public static string? FaultOf(string connectionString)
    {
        try
        {
            var connection = new NpgsqlConnectionStringBuilder(connectionString);
            return connection is { Host.Length: > 0, Database.Length: > 0 } ? null : "it names no Host or no Database.";
        }
        catch (Exception e) when (e is ArgumentException or FormatException or InvalidCastException)
        {
            return e.Message;
        }
    }

    /// <inheritdoc/>
    public override string Description { get; }

    /// <inheritdoc/>
    public override EngineDatabase Open() => new PostgreSqlDatabase(_options);

    /// <summary>Nothing: an operator has made the database and its user.</summary>
    public override void Prepare()
    {
    }

    /// <inheritdoc/>
    public override async Task<IAsyncDisposable> LockSchemaAsync(CancellationToken cancellationToken)
    {
        // The lock is the session's: it ends with the connection, so the pool must not keep it.
        var connection = await _source.OpenConnectionAsync(cancellationToken);
        try
        {
            await using var command = new NpgsqlCommand("SELECT pg_advisory_lock($1)", connection);
            command.Parameters.Add(new NpgsqlParameter { Value = SchemaLock });
            command.CommandTimeout = 0;
            await command.ExecuteNonQueryAsync(cancellationToken);
            return new SessionLock(connection);
        }
        catch
        {
            await connection.DisposeAsync();
            throw;
        }
    }

    /// <summary>Nothing: who may read the database is the server's to say.</summary>
    public override void Protect()
    {
    }

    /// <inheritdoc/>
    public ValueTask DisposeAsync() => _source.DisposeAsync();

    private sealed class SessionLock(NpgsqlConnection connection) : IAsyncDisposable
    {
        public async ValueTask DisposeAsync()
        {
            await using (connection)
            {
                await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock($1)", connection);
                command.Parameters.Add(new NpgsqlParameter { Value = SchemaLock });
                await command.ExecuteNonQueryAsync(CancellationToken.None);
            }
        }
    }
}
