using BackupEngine.ControlPlane.Database.Sqlite;
using Microsoft.EntityFrameworkCore.Design;

namespace BackupEngine.ControlPlane.Database;

/// <summary>
/// For <c>dotnet ef migrations add NAME --context EngineDatabase</c> only: the tool needs the model, never a database.
/// </summary>
public sealed class DesignTimeDatabaseFactory : IDesignTimeDbContextFactory<EngineDatabase>
{
    /// <inheritdoc/>
    public EngineDatabase CreateDbContext(string[] args) =>
        new SqliteProvider(new DatabaseFile(Path.Combine(Path.GetTempPath(), "design-time.db"))).Open();
}
