using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BackupEngine.ControlPlane.Tests.Database;

public sealed class DatabaseMigratorTests : IDisposable
{
    private readonly string _directory = Path.Combine(
        Directory.CreateTempSubdirectory("backupengine-database-").FullName, "state");

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(Path.GetDirectoryName(_directory)!, recursive: true);
    }

    [Fact]
    public async Task The_first_start_makes_a_database_that_only_its_owner_may_read()
    {
        await using var services = await StartAsync();
        await using var database = Open(services);

        Assert.Empty(await database.Volumes.ToListAsync(Cancellation));
        Assert.Equal(["wal", "2", "1"], await PragmasAsync(database, "journal_mode", "synchronous", "foreign_keys"));
        var file = EngineDatabaseRegistration.PathOf(new EngineOptions { StateDirectory = _directory });
        Assert.Equal(UnixFileMode.UserRead | UnixFileMode.UserWrite, File.GetUnixFileMode(file));
    }

    [Fact]
    public async Task The_migrations_are_those_of_the_model()
    {
        await using var services = await StartAsync();
        await using var database = Open(services);

        Assert.False(database.Database.HasPendingModelChanges(), "Run: dotnet tool run dotnet-ef migrations add NAME");
    }

    [Fact]
    public async Task Records_survive_a_restart_and_times_stay_UTC()
    {
        var at = new DateTime(2026, 11, 22, 13, 22, 0, DateTimeKind.Utc).AddTicks(8845431);
        await using (var services = await StartAsync())
        {
            await using var database = Open(services);
            database.Volumes.Add(new VolumeEntity { Id = Guid.NewGuid(), CreatedAt = at });
            await database.SaveChangesAsync(Cancellation);
        }

        await using var again = await StartAsync();
        await using var reopened = Open(again);
        var volume = await reopened.Volumes.SingleAsync(Cancellation);
        Assert.Equal((at, DateTimeKind.Utc), (volume.CreatedAt, volume.CreatedAt.Kind));
    }

    [Fact]
    public async Task Processes_that_start_at_once_share_the_work()
    {
        var starts = await Task.WhenAll(Enumerable.Range(0, 4).Select(_ => StartAsync()));
        foreach (var services in starts)
            await services.DisposeAsync();
    }

    [Fact]
    public async Task A_database_of_a_newer_program_is_refused_and_left_as_it_is()
    {
        await using (var services = await StartAsync())
        {
            await using var database = Open(services);
            await database.Database.ExecuteSqlAsync(
                $"INSERT INTO __EFMigrationsHistory VALUES ('29990101000000_Future', '99.0')", Cancellation);
        }

        var refusal = await Assert.ThrowsAsync<DatabaseVersionException>(StartAsync);
        Assert.Contains("29990101000000_Future", refusal.Message, StringComparison.Ordinal);
        Assert.Contains("Nothing was changed", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_start_that_was_killed_while_it_migrated_does_not_stop_the_next()
    {
        Directory.CreateDirectory(_directory);
        await using (var services = Services())
        {
            await using var database = Open(services);
            await database.Database.ExecuteSqlRawAsync(
                """
                CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER PRIMARY KEY, "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00');
                """,
                Cancellation);
        }

        await using var again = await StartAsync();
        await using var reopened = Open(again);
        Assert.Empty(await reopened.Backups.ToListAsync(Cancellation));
    }

    private ServiceProvider Services() => new ServiceCollection().AddLogging()
        .AddEngineDatabase(new EngineOptions { StateDirectory = _directory }).BuildServiceProvider();

    private async Task<ServiceProvider> StartAsync()
    {
        var services = Services();
        await services.GetRequiredService<DatabaseMigrator>().MigrateAsync(Cancellation);
        return services;
    }

    private static EngineDatabase Open(IServiceProvider services) =>
        services.GetRequiredService<IDbContextFactory<EngineDatabase>>().CreateDbContext();

    private static async Task<List<string>> PragmasAsync(EngineDatabase database, params string[] names)
    {
        await database.Database.OpenConnectionAsync(Cancellation);
        var values = new List<string>();
        foreach (var name in names)
        {
            await using var command = database.Database.GetDbConnection().CreateCommand();
            command.CommandText = $"PRAGMA {name}";
            values.Add($"{await command.ExecuteScalarAsync(Cancellation)}");
        }

        return values;
    }
}
