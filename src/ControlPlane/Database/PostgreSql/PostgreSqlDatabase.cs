using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Database.PostgreSql;

/// <summary>The same records in PostgreSQL: a type of its own, since its migrations are.</summary>
public sealed class PostgreSqlDatabase(DbContextOptions<PostgreSqlDatabase> options) : EngineDatabase(options)
{
    /// <inheritdoc/>
    public override Task<DateTime> UtcNowAsync(CancellationToken cancellationToken) =>
        Database.SqlQuery<DateTime>($"SELECT now() AS \"Value\"").SingleAsync(cancellationToken);

    /// <inheritdoc/>
    protected override void ConfigureConventions(ModelConfigurationBuilder configurationBuilder)
    {
        base.ConfigureConventions(configurationBuilder);
        // Text is compared byte by byte, as in SQLite: pages of a list follow the same order on every server.
        configurationBuilder.Properties<string>().UseCollation("C");
    }
}
