using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.Support;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BackupEngine.ControlPlane.Tests.Database;

/// <summary>The database that many hosts share, on a real server.</summary>
public sealed class PostgreSqlTests : IDisposable
{
    private readonly TestDatabase _database = TestDatabase.Empty();

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    public void Dispose() => _database.Dispose();

    [Fact]
    public async Task The_migrations_are_those_of_the_model()
    {
        await using var services = await StartAsync();
        await using var database = Open(services);

        Assert.False(
            database.Database.HasPendingModelChanges(),
            "Run: dotnet tool run dotnet-ef migrations add NAME --context PostgreSqlDatabase");
    }

    [Fact]
    public async Task A_process_that_is_paused_in_a_transaction_does_not_keep_its_rows()
    {
        await using var services = await StartAsync();
        await using var paused = Open(services);
        paused.Volumes.Add(new VolumeEntity { Id = Guid.NewGuid(), CreatedAt = DateTime.UtcNow });
        await paused.SaveChangesAsync(Cancellation);
        await using var transaction = await paused.Database.BeginTransactionAsync(Cancellation);
        await paused.Volumes.ExecuteUpdateAsync(set => set.SetProperty(v => v.Name, "paused"), Cancellation);

        await using (var other = Open(services))
            await other.Volumes.ExecuteUpdateAsync(set => set.SetProperty(v => v.Name, "other"), Cancellation);

        await Assert.ThrowsAnyAsync<Exception>(() => transaction.CommitAsync(Cancellation));
        await using var database = Open(services);
        Assert.Equal("other", (await database.Volumes.SingleAsync(Cancellation)).Name);
    }

    [Fact]
    public async Task Records_keep_their_times_to_the_microsecond_and_in_UTC()
    {
        var at = new DateTime(2026, 11, 22, 13, 22, 0, DateTimeKind.Utc).AddMicroseconds(884543);
        await using var services = await StartAsync();
        await using (var database = Open(services))
        {
            database.Volumes.Add(new VolumeEntity { Id = Guid.NewGuid(), CreatedAt = at });
            await database.SaveChangesAsync(Cancellation);
        }

        await using var reopened = Open(services);
        var volume = await reopened.Volumes.SingleAsync(Cancellation);
        Assert.Equal((at, DateTimeKind.Utc), (volume.CreatedAt, volume.CreatedAt.Kind));
    }

    [Fact]
    public async Task Hosts_that_start_at_once_share_the_work()
    {
        var starts = await Task.WhenAll(Enumerable.Range(0, 6).Select(_ => StartAsync()));
        await using (var database = Open(starts[0]))
            Assert.Equal(
                database.Database.GetMigrations(), await database.Database.GetAppliedMigrationsAsync(Cancellation));
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
                $"""INSERT INTO "__EFMigrationsHistory" VALUES ('29990101000000_Future', '99.0')""", Cancellation);
        }

        var refusal = await Assert.ThrowsAsync<DatabaseVersionException>(() => StartAsync());
        Assert.Contains("29990101000000_Future", refusal.Message, StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_host_that_may_not_migrate_refuses_an_old_schema_and_starts_on_a_new_one()
    {
        var refusal = await Assert.ThrowsAsync<DatabaseVersionException>(() => StartAsync(migrate: false));
        Assert.Contains("db migrate", refusal.Message, StringComparison.Ordinal);
        await (await StartAsync()).DisposeAsync();

        await (await StartAsync(migrate: false)).DisposeAsync();
    }

    [Fact]
    public async Task Text_is_ordered_by_its_bytes()
    {
        await using var services = await StartAsync();
        await using var database = Open(services);
        string[] names = ["b", "B", "a", "_", "ä", "Z", "0"];
        database.Volumes.AddRange(names.Select(name => new VolumeEntity { Id = Guid.NewGuid(), Name = name }));
        await database.SaveChangesAsync(Cancellation);

        var ordered = await database.Volumes.OrderBy(v => v.Name).Select(v => v.Name).ToListAsync(Cancellation);

        Assert.Equal(names.Order(StringComparer.Ordinal), ordered);
    }

    private async Task<ServiceProvider> StartAsync(bool migrate = true)
    {
        var options = new EngineOptions { MigrateAtStart = migrate };
        _database.Use(options);
        var services = new ServiceCollection().AddLogging().AddEngineDatabase(options).BuildServiceProvider();
        await services.GetRequiredService<DatabaseMigrator>().StartingAsync(Cancellation);
        return services;
    }

    private static EngineDatabase Open(IServiceProvider services) =>
        services.GetRequiredService<IDbContextFactory<EngineDatabase>>().CreateDbContext();
}
