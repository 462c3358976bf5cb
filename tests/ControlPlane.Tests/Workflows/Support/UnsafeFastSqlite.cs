using System.Data.Common;
using Microsoft.EntityFrameworkCore.Diagnostics;

namespace BackupEngine.ControlPlane.Tests.Workflows.Support;

/// <summary>A test's database need not survive a power cut.</summary>
internal sealed class UnsafeFastSqlite : DbConnectionInterceptor
{
    public override void ConnectionOpened(DbConnection connection, ConnectionEndEventData eventData)
    {
        using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;";
        command.ExecuteNonQuery();
    }

    public override async Task ConnectionOpenedAsync(
        DbConnection connection, ConnectionEndEventData eventData, CancellationToken cancellationToken = default)
    {
        await using var command = connection.CreateCommand();
        command.CommandText = "PRAGMA journal_mode=WAL; PRAGMA synchronous=OFF;";
        await command.ExecuteNonQueryAsync(cancellationToken);
    }
}
