using BackupEngine.ControlPlane.Hosting;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Database;

/// <summary>Adds the database of the records to a host.</summary>
public static class EngineDatabaseRegistration
{
    /// <summary>Name of the database file in the state directory.</summary>
    public const string FileName = "engine.db";

    /// <summary>How long a statement waits for another writer, in seconds.</summary>
    private const int BusyTimeoutSeconds = 30;

    /// <summary>
    /// Adds <see cref="EngineDatabase"/>, its factory, and what brings the schema up to date before any service of the
    /// host starts.
    /// </summary>
    public static IServiceCollection AddEngineDatabase(this IServiceCollection services, EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var path = PathOf(options);
        services.AddDbContextFactory<EngineDatabase>(builder => Configure(builder, path));
        services.AddSingleton(new DatabaseFile(path));
        services.AddSingleton<DatabaseMigrator>();
        services.AddHostedService(provider => provider.GetRequiredService<DatabaseMigrator>());
        return services;
    }

    /// <summary>The database file of these options.</summary>
    public static string PathOf(EngineOptions options)
    {
        ArgumentException.ThrowIfNullOrWhiteSpace(options.StateDirectory);
        return Path.GetFullPath(Path.Combine(options.StateDirectory, FileName));
    }

    /// <summary>Points a context at a database file.</summary>
    internal static void Configure(DbContextOptionsBuilder builder, string path)
    {
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = path,
            Mode = SqliteOpenMode.ReadWriteCreate,
            ForeignKeys = true,
            Pooling = true,
            DefaultTimeout = BusyTimeoutSeconds,
        };
        builder.UseSqlite(connection.ToString()).AddInterceptors(SqlitePragmas.Instance);
    }
}
