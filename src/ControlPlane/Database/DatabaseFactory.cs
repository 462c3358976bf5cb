using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Database;

/// <summary>Opens contexts on the database of the configuration, whichever kind it is.</summary>
internal sealed class DatabaseFactory(DatabaseProvider provider) : IDbContextFactory<EngineDatabase>
{
    /// <inheritdoc/>
    public EngineDatabase CreateDbContext() => provider.Open();
}
