using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Hosting.Health;

/// <summary>The database of the records.</summary>
internal sealed class DatabaseDependency(IDbContextFactory<EngineDatabase> databases) : IDependency
{
    /// <inheritdoc/>
    public string Name => "database";

    /// <inheritdoc/>
    public async Task<string?> FindFaultAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Hosts.AnyAsync(cancellationToken);
        return null;
    }
}
