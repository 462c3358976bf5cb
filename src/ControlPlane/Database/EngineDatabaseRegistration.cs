using BackupEngine.ControlPlane.Database.PostgreSql;
using BackupEngine.ControlPlane.Database.Sqlite;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Database;

/// <summary>Adds the database of the records to a host.</summary>
public static class EngineDatabaseRegistration
{
    /// <summary>Name of the database file in the state directory.</summary>
    public const string FileName = "engine.db";

    /// <summary>
    /// Adds <see cref="EngineDatabase"/>, its factory, and what brings the schema up to date before any service of the
    /// host starts.
    /// </summary>
    public static IServiceCollection AddEngineDatabase(this IServiceCollection services, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        services.AddSingleton<DatabaseProvider>(_ => ProviderOf(options));
        services.AddSingleton<IDbContextFactory<EngineDatabase>, DatabaseFactory>();
        services.AddScoped(provider => provider.GetRequiredService<DatabaseProvider>().Open());
        services.AddSingleton(provider =>
            ActivatorUtilities.CreateInstance<DatabaseMigrator>(provider, options));
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseMigrator>());
        return services;
    }

    /// <summary>The database that the options name.</summary>
    public static DatabaseProvider ProviderOf(EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        return options.Database == "postgresql"
            ? new PostgreSqlProvider(options.PostgreSql!, options.PostgreSqlPassword)
            : new SqliteProvider(new DatabaseFile(PathOf(options)));
    }

    /// <summary>The database file of these options.</summary>
    public static string PathOf(EngineOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.StateDirectory);
        return Path.GetFullPath(Path.Combine(options.StateDirectory, FileName));
    }
}
