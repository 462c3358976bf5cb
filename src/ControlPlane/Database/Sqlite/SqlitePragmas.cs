using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BackupEngine.ControlPlane.Database.Sqlite;

/// <summary>
/// What every connection to SQLite is set to: a commit that was answered survives a power cut
/// (<c>synchronous=FULL</c>), writers do not stop readers (<c>journal_mode=WAL</c>, kept in the file), and a writer
/// waits for another one instead of failing.
/// </summary>
internal sealed class SqlitePragmas : DbConnectionInterceptor
{
    /// <summary>The one instance; it has no state.</summary>
    public static readonly SqlitePragmas Instance = new();

    private const string Pragmas = "PRAGMA busy_timeout=30000; PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL;";

    /// <inheritdoc/>
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        command.ExecuteNonQuery();
    }

    /// <inheritdoc/>
    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = Pragmas;
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
