using BackupEngine.ControlPlane.Database;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Hosting.Commands;

/// <summary>The records, for a command that reads them.</summary>
internal static class CurrentDatabase
{
    /// <summary>Finds the database of a configuration, and makes sure of its schema. Nothing is migrated.</summary>
    /// <exception cref="DatabaseVersionException">The schema is not that of this program.</exception>
    public static async Task<DatabaseProvider> FindAsync(EngineOptions options, CancellationToken cancellationToken)
    {
        var provider = EngineDatabaseRegistration.ProviderOf(options);
        var migrator = new DatabaseMigrator(provider, options, NullLogger<DatabaseMigrator>.Instance);
        await migrator.RequireCurrentAsync(cancellationToken);
        return provider;
    }
}
