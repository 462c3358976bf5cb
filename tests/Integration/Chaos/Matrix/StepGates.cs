using Npgsql;

namespace BackupEngine.Integration.Chaos.Matrix;

/// <summary>
/// Holds writers of the step log at chosen lines: a trigger of the database waits for an advisory lock that the test
/// has. The programs have no hook for it and notice nothing but a slow database.
/// </summary>
internal sealed class StepGates(string connectionString) : IAsyncDisposable
{
    private const string Install =
        """
        CREATE TABLE IF NOT EXISTS chaos_gates (
            key bigint PRIMARY KEY, workflow text, line text, outcome text, kept boolean, volume uuid, backup uuid);
        CREATE OR REPLACE FUNCTION chaos_wait() RETURNS trigger LANGUAGE plpgsql AS $$
        DECLARE
            found_key bigint;
        BEGIN
            SELECT gate.key INTO found_key FROM chaos_gates gate
            WHERE gate.workflow = NEW."Workflow" AND gate.line = NEW."Name"
                -- A step may have nothing to do: a volume service makes a volume also without being asked.
                AND NEW."Outcome" IN (gate.outcome, 'skipped')
                AND gate.kept = TG_ARGV[0]::boolean
                AND (gate.backup IS NULL OR gate.backup = NEW."BackupId")
                AND (gate.volume IS NULL
                    OR gate.volume = (SELECT "VolumeId" FROM "Backups" WHERE "Id" = NEW."BackupId"))
            LIMIT 1;
            IF FOUND THEN
                PERFORM pg_advisory_xact_lock_shared(found_key);
            END IF;
            RETURN NEW;
        END $$;
        DROP TRIGGER IF EXISTS chaos_before ON "BackupSteps";
        DROP TRIGGER IF EXISTS chaos_commit ON "BackupSteps";
        CREATE TRIGGER chaos_before BEFORE INSERT ON "BackupSteps"
            FOR EACH ROW EXECUTE FUNCTION chaos_wait('false');
        CREATE CONSTRAINT TRIGGER chaos_commit AFTER INSERT ON "BackupSteps" DEFERRABLE INITIALLY DEFERRED
            FOR EACH ROW EXECUTE FUNCTION chaos_wait('true');
        """;

    private NpgsqlConnection? _holder;
    private string[] _held = [];

    /// <summary>Puts the triggers in; the schema is there.</summary>
    public async Task InstallAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync(Install, cancellationToken);
        // This server is killed: what was committed must be there afterwards, as on any server that matters.
        await ExecuteAsync("ALTER SYSTEM SET synchronous_commit = on", cancellationToken);
        await ExecuteAsync("SELECT pg_reload_conf()", cancellationToken);
    }

    /// <summary>Closes the gate of a moment.</summary>
    /// <param name="key">Its number.</param>
    /// <param name="moment">Which lines it holds.</param>
    /// <param name="volume">Only those of backups of this volume; null: of all.</param>
    /// <param name="backup">Only those of this backup; null: of all.</param>
    /// <param name="cancellationToken">Ends it.</param>
    public async Task CloseAsync(
        long key, Moment moment, Guid? volume, Guid? backup, CancellationToken cancellationToken)
    {
        _holder ??= await OpenOwnAsync(cancellationToken);
        await using var command = new NpgsqlCommand("SELECT pg_advisory_lock($1)", _holder);
        command.Parameters.Add(new NpgsqlParameter { Value = key });
        await command.ExecuteNonQueryAsync(cancellationToken);
        await ExecuteAsync(
            "INSERT INTO chaos_gates VALUES ($1, $2, $3, $4, $5, $6, $7)",
            cancellationToken,
            key, moment.Workflow, moment.Line, moment.Outcome, moment.Kept,
            (object?)volume ?? DBNull.Value, (object?)backup ?? DBNull.Value);
    }

    /// <summary>The gates at which somebody waits now, and the address of each.</summary>
    public async Task<IReadOnlyDictionary<long, string>> WaitedForAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            """
            SELECT objid::bigint, host(client_addr) FROM pg_locks JOIN pg_stat_activity USING (pid)
            WHERE locktype = 'advisory' AND classid = 0 AND NOT granted
            """,
            connection);
        var keys = new Dictionary<long, string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            keys[reader.GetInt64(0)] = reader.GetString(1);
        return keys;
    }

    /// <summary>Lets nobody else come to wait at a gate; who waits goes on waiting.</summary>
    public Task ForgetAsync(long key, CancellationToken cancellationToken) =>
        ExecuteAsync("DELETE FROM chaos_gates WHERE key = $1", cancellationToken, key);

    /// <summary>Opens one gate: who waits there goes on.</summary>
    public async Task OpenAsync(long key, CancellationToken cancellationToken)
    {
        await using var command = new NpgsqlCommand("SELECT pg_advisory_unlock($1)", _holder);
        command.Parameters.Add(new NpgsqlParameter { Value = key });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>Lets nobody come to wait at any gate, and notes who waits.</summary>
    public async Task ForgetAllAsync(CancellationToken cancellationToken)
    {
        await ExecuteAsync("DELETE FROM chaos_gates", cancellationToken);
        _held = await TransactionsAsync(cancellationToken);
    }

    /// <summary>
    /// Whether a session that was held is at work still. The server ends what it had begun for a process that is dead:
    /// until then the records are not what they will be.
    /// </summary>
    public async Task<bool> AreAtWorkAsync(CancellationToken cancellationToken) =>
        (await TransactionsAsync(cancellationToken)).Intersect(_held, StringComparer.Ordinal).Any();

    /// <summary>Opens all gates; also where the database is away, and has opened them so.</summary>
    public async Task OpenAllAsync()
    {
        if (_holder is not null)
            await _holder.DisposeAsync();
        _holder = null;
    }

    /// <inheritdoc/>
    public async ValueTask DisposeAsync() => await OpenAllAsync();

    private async Task ExecuteAsync(string sql, CancellationToken cancellationToken, params object[] values)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        await command.ExecuteNonQueryAsync(cancellationToken);
    }

    /// <summary>What is being worked on now, or is held: each transaction by its session and its beginning.</summary>
    private async Task<string[]> TransactionsAsync(CancellationToken cancellationToken)
    {
        await using var connection = await OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(
            "SELECT pid || ' ' || xact_start FROM pg_stat_activity WHERE state = 'active' AND pid <> pg_backend_pid() "
            + "AND xact_start IS NOT NULL",
            connection);
        var found = new List<string>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            found.Add(reader.GetString(0));
        return [.. found];
    }

    /// <summary>Closed, it is closed: a pool would keep the session, and its locks, until it is used again.</summary>
    private Task<NpgsqlConnection> OpenOwnAsync(CancellationToken cancellationToken) =>
        OpenAsync(connectionString + ";Pooling=false", cancellationToken);

    private Task<NpgsqlConnection> OpenAsync(CancellationToken cancellationToken) =>
        OpenAsync(connectionString, cancellationToken);

    private static async Task<NpgsqlConnection> OpenAsync(string address, CancellationToken cancellationToken)
    {
        var connection = new NpgsqlConnection(address);
        await connection.OpenAsync(cancellationToken);
        return connection;
    }
}
