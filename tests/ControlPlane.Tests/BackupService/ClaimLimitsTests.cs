using BackupEngine.ControlPlane.BackupService;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.Support;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Tests.BackupService;

/// <summary>The limits of the hosts, while many services claim at the same moment.</summary>
public sealed class ClaimLimitsTests : IDisposable
{
    private const int Services = 8;
    private const int PerService = 3;
    private const int Records = 40;

    private readonly TestDatabase _server = TestDatabase.WithSchema();
    private readonly DatabaseProvider _provider;

    public ClaimLimitsTests()
    {
        var options = new EngineOptions();
        _server.Use(options);
        _provider = EngineDatabaseRegistration.ProviderOf(options);
    }

    private static CancellationToken Cancellation => TestContext.Current.CancellationToken;

    [Theory]
    [InlineData(0, Services * PerService)]
    [InlineData(1, 1)]
    [InlineData(5, 5)]
    public async Task No_more_are_claimed_than_backend_and_hosts_may_run(int perBackend, int expected)
    {
        await AddHostsAsync(perBackend);
        var records = await AddRecordsAsync();

        var claims = await Task.WhenAll(
            Enumerable.Range(0, Services).Select(service => ClaimAllAsync(service, records)));

        Assert.Equal(expected, claims.Sum(taken => taken.Count));
        Assert.All(claims, taken => Assert.InRange(taken.Count, 0, PerService));
        Assert.Equal(expected, claims.SelectMany(taken => taken).Distinct().Count());
    }

    [Fact]
    public async Task A_cancelled_record_is_claimed_for_its_undo_although_there_is_no_room()
    {
        await AddHostsAsync(perBackend: 1);
        var records = await AddRecordsAsync();
        Assert.Single(await ClaimAllAsync(0, records));
        await using (var database = _provider.Open())
            await database.Backups.ExecuteUpdateAsync(
                set => set.SetProperty(backup => backup.CancelRequestedAt, backup => DateTime.UtcNow), Cancellation);

        Assert.Equal(Records - 1, (await ClaimAllAsync(1, records)).Count);
    }

    public void Dispose()
    {
        (_provider as IAsyncDisposable)?.DisposeAsync().AsTask().GetAwaiter().GetResult();
        _server.Dispose();
    }

    private async Task<List<Guid>> ClaimAllAsync(int service, IReadOnlyList<Guid> records)
    {
        var claims = new BackupClaims(
            new Databases(_provider), new EngineOptions { Host = NameOf(service) }, TimeProvider.System);
        var taken = new List<Guid>();
        foreach (var record in records.OrderBy(_ => Random.Shared.Next()))
        {
            if (await claims.TryClaimAsync(record, WorkflowKind.Create, Cancellation) is not null)
                taken.Add(record);
        }

        return taken;
    }

    private async Task AddHostsAsync(int perBackend)
    {
        await using var database = _provider.Open();
        database.Hosts.Add(new HostEntity { Host = "volumes", Role = EngineRole.Volume, MaxConcurrent = perBackend });
        database.Hosts.AddRange(Enumerable.Range(0, Services).Select(service => new HostEntity
        {
            Host = NameOf(service),
            Role = EngineRole.Backup,
            MaxConcurrent = PerService,
        }));
        await database.SaveChangesAsync(Cancellation);
    }

    private async Task<IReadOnlyList<Guid>> AddRecordsAsync()
    {
        await using var database = _provider.Open();
        var volumes = Enumerable.Range(0, Records)
            .Select(_ => new VolumeEntity { Id = Guid.NewGuid(), Host = "volumes", CreatedAt = DateTime.UtcNow })
            .ToList();
        database.Volumes.AddRange(volumes);
        var backups = volumes.ConvertAll(volume => new BackupEntity
        {
            Id = Guid.NewGuid(),
            VolumeId = volume.Id,
            CreatedAt = DateTime.UtcNow,
        });
        database.Backups.AddRange(backups);
        await database.SaveChangesAsync(Cancellation);
        return backups.ConvertAll(backup => backup.Id);
    }

    private static string NameOf(int service) => $"backup-{service}";

    private sealed class Databases(DatabaseProvider provider) : IDbContextFactory<EngineDatabase>
    {
        public EngineDatabase CreateDbContext() => provider.Open();
    }
}
