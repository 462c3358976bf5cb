using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace BackupEngine.ControlPlane.Database.PostgreSql;

/// <summary>
/// For <c>dotnet ef migrations add NAME --context PostgreSqlDatabase --output-dir Database/PostgreSql/Migrations</c>
/// only: the tool needs the model, never a server.
/// </summary>
public sealed class DesignTimePostgreSqlFactory : IDesignTimeDbContextFactory<PostgreSqlDatabase>
{
    /// <inheritdoc/>
    public PostgreSqlDatabase CreateDbContext(string[] args) => new(
        new DbContextOptionsBuilder<PostgreSqlDatabase>().UseNpgsql("Host=design-time").Options);
}
