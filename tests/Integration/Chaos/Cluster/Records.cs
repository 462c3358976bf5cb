using System.Text.Json.Nodes;
using Npgsql;

namespace BackupEngine.Integration.Chaos.Cluster;

/// <summary>A backup as the database has it.</summary>
internal sealed record BackupState(Guid Id, string Status, string? FailReason, bool Deleted, Guid? RestoreVolume);

/// <summary>A volume as the database has it.</summary>
internal sealed record VolumeState(Guid Id, string Status, string? FailReason);

/// <summary>The records, read past every service.</summary>
internal sealed class Records(string connectionString)
{
    private static readonly string[] UnderWay = ["creating", "restoring", "deleting"];

    public async Task<BackupState> BackupAsync(Guid id, CancellationToken cancellationToken) => (await BackupsAsync(
        "\"Id\" = $1", cancellationToken, id)).Single();

    /// <summary>Those of a project that are not deleted.</summary>
    public Task<List<BackupState>> BackupsOfAsync(string project, CancellationToken cancellationToken) =>
        BackupsAsync("\"ProjectId\" = $1 AND \"DeletedAt\" IS NULL", cancellationToken, project);

    /// <summary>All that are under way, of all projects.</summary>
    public Task<List<BackupState>> UnderWayAsync(CancellationToken cancellationToken) =>
        BackupsAsync("\"DeletedAt\" IS NULL AND \"Status\" = ANY($1)", cancellationToken, (object)UnderWay);

    public async Task<string> VolumeStatusAsync(Guid id, CancellationToken cancellationToken) => (await QueryAsync(
        """SELECT "Status" FROM "Volumes" WHERE "Id" = $1""", row => row.GetString(0), cancellationToken, id)).Single();

    /// <summary>Those of a project that are not deleted.</summary>
    public Task<List<VolumeState>> VolumesOfAsync(string project, CancellationToken cancellationToken) => QueryAsync(
        """SELECT "Id", "Status", "FailReason" FROM "Volumes" WHERE "ProjectId" = $1 AND "DeletedAt" IS NULL""",
        row => new VolumeState(row.GetGuid(0), row.GetString(1), row.IsDBNull(2) ? null : row.GetString(2)),
        cancellationToken, project);

    /// <summary>Id of the job of the transfer that was started last; null: none was.</summary>
    public async Task<string?> JobAsync(Guid backup, string workflow, CancellationToken cancellationToken)
    {
        var facts = await QueryAsync(
            """
            SELECT "FactsJson" FROM "BackupSteps"
            WHERE "BackupId" = $1 AND "Workflow" = $2 AND "Name" = 'transfer-data' AND "Outcome" = 'started'
            ORDER BY "Sequence" DESC LIMIT 1
            """,
            row => row.GetString(0), cancellationToken, backup, workflow);
        return facts.Count == 0 ? null : JsonNode.Parse(facts[0])!["job_id"]!.GetValue<string>();
    }

    /// <summary>Disables every backup service but one, as an operator does.</summary>
    public Task EnableBackupHostAsync(string host, CancellationToken cancellationToken) => QueryAsync(
        """
        UPDATE "Hosts" SET "DisabledAt" = CASE WHEN "Host" = $1 THEN NULL ELSE now() END WHERE "Role" = 'backup'
        RETURNING 1
        """,
        row => row.GetInt32(0), cancellationToken, host);

    /// <summary>The step log, a line each, for the message of a failure.</summary>
    public async Task<string> StepsAsync(Guid backup, CancellationToken cancellationToken) =>
        string.Join('\n', await QueryAsync(
            """
            SELECT concat_ws(' ', to_char("At", 'HH24:MI:SS.MS'), "Workflow", "Attempt", "Step", "Name", "Outcome",
                "Host", "Error")
            FROM "BackupSteps" WHERE "BackupId" = $1 ORDER BY "Sequence"
            """,
            row => row.GetString(0), cancellationToken, backup));

    private Task<List<BackupState>> BackupsAsync(
        string condition, CancellationToken cancellationToken, params object[] values) => QueryAsync(
        """SELECT "Id", "Status", "FailReason", "DeletedAt" IS NOT NULL, "RestoreVolumeId" FROM "Backups" WHERE """
        + condition,
        row => new BackupState(
            row.GetGuid(0),
            row.GetString(1),
            row.IsDBNull(2) ? null : row.GetString(2),
            row.GetBoolean(3),
            row.IsDBNull(4) ? null : row.GetGuid(4)),
        cancellationToken, values);

    private async Task<List<T>> QueryAsync<T>(
        string sql, Func<NpgsqlDataReader, T> read, CancellationToken cancellationToken, params object[] values)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync(cancellationToken);
        await using var command = new NpgsqlCommand(sql, connection);
        foreach (var value in values)
            command.Parameters.Add(new NpgsqlParameter { Value = value });
        var rows = new List<T>();
        await using var reader = await command.ExecuteReaderAsync(cancellationToken);
        while (await reader.ReadAsync(cancellationToken))
            rows.Add(read(reader));
        return rows;
    }
}
