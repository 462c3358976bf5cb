using BackupEngine.ControlPlane.Api;
using BackupEngine.ControlPlane.Api.Idempotency;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.Authentication;
using BackupEngine.ControlPlane.Tests.Support;
using MassTransit;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Routing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>
/// The real API over a real database, with a bus that records what is sent and a volume service that answers.
/// </summary>
public sealed class ApiHost : IAsyncLifetime
{
    public static readonly TokenUser Admin = User("admin", "a", ["admin", "member", "reader"]);
    public static readonly TokenUser Demo = User("demo", "d", ["member", "reader"]);

    /// <summary>May look at the project of <see cref="Demo"/>.</summary>
    public static readonly TokenUser Reader = OfDemo("reader", ["reader"]);

    /// <summary>Has a token for that project, and no role that any rule asks for.</summary>
    public static readonly TokenUser Stranger = OfDemo("stranger", ["guest"]);

    public static readonly TokenUser Other = User("other", "e", ["member", "reader"]);

    private readonly string _directory = Directory.CreateTempSubdirectory("backupengine-api-").FullName;
    private TestDatabase? _database;
    private WebApplication? _app;

    internal RecordingSender Sender { get; } = new();

    internal EngineOptions Options { get; private set; } = new();

    /// <summary>How many requests ended in a server error: there is to be none, whatever is sent.</summary>
    internal ErrorCounter Errors { get; } = new();

    /// <summary>The audit log.</summary>
    internal LogRecorder Audit { get; } = new("BackupEngine.Audit");

    /// <summary>Whether it listens on a socket, as the program does; else requests are handed to it.</summary>
    internal bool OnSocket { get; init; }

    /// <summary>Where it listens.</summary>
    internal Uri Address => new(_app!.Urls.Single());

    /// <summary>Another host, whose database it uses: as a second process of the API does.</summary>
    internal ApiHost? Beside { get; init; }

    /// <summary>Changes the options before the start.</summary>
    internal Action<EngineOptions>? Configure { get; init; }

    public async ValueTask InitializeAsync()
    {
        Options = new EngineOptions
        {
            StateDirectory = _directory,
            Host = "host-1",
            VolumeRequestTimeoutSeconds = 20,
            QuotaVolumes = -1,
            QuotaSnapshots = -1,
            QuotaGigabytes = -1,
            QuotaBackups = -1,
            QuotaBackupGigabytes = -1,
        };
        if (Beside is null)
            PrepareState();
        else
            Options = Beside.Options;
        var builder = WebApplication.CreateBuilder();
        if (OnSocket)
            builder.WebHost.UseUrls("http://127.0.0.1:0");
        else
            builder.WebHost.UseTestServer();
        builder.Logging.ClearProviders();
        builder.Logging.AddProvider(Errors);
        builder.Logging.AddProvider(Audit);
        builder.Services.AddEngineDatabase(Options).AddEngineAuthentication(Options).AddEngineApi(Options);
        builder.Services.AddSingleton<ICommandSender>(Sender);
        builder.Services.AddMassTransit(bus =>
        {
            bus.AddConsumer<FakeVolumeService>();
            bus.UsingInMemory((context, memory) => memory.ReceiveEndpoint(
                QueueAddress.VolumeServiceName(Options.Host),
                endpoint => endpoint.ConfigureConsumer<FakeVolumeService>(context)));
        });
        _app = builder.Build();
        _app.MapEngineApi();
        await _app.StartAsync();
    }

    private void PrepareState()
    {
        Configure?.Invoke(Options);
        _database = TestDatabase.Choose(Options);
        TokenFileTests.Write(_directory, [Admin, Demo, Reader, Stranger, Other]);
    }

    public async ValueTask DisposeAsync()
    {
        if (_app is not null)
            await _app.DisposeAsync();
        _database?.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        Directory.Delete(_directory, recursive: true);
    }

    internal ApiClient As(TokenUser user, string version = "3.70") => new(Raw(), user, version);

    internal IEnumerable<RouteEndpoint> Routes() =>
        _app!.Services.GetRequiredService<EndpointDataSource>().Endpoints.OfType<RouteEndpoint>();

    internal T Service<T>()
        where T : notnull => _app!.Services.GetRequiredService<T>();

    internal HttpClient Raw() => OnSocket ? new HttpClient { BaseAddress = Address } : _app!.GetTestClient();

    internal EngineDatabase Database() =>
        _app!.Services.GetRequiredService<IDbContextFactory<EngineDatabase>>().CreateDbContext();

    /// <summary>Forgets every volume, snapshot, backup and policy but those that are named.</summary>
    internal async Task ClearAsync(params IReadOnlyList<Guid> kept)
    {
        var cancel = TestContext.Current.CancellationToken;
        await using var database = Database();
        await database.Backups.Where(row => !kept.Contains(row.Id)).ExecuteDeleteAsync(cancel);
        await database.Snapshots.Where(row => !kept.Contains(row.Id)).ExecuteDeleteAsync(cancel);
        await database.Volumes.Where(row => !kept.Contains(row.Id)).ExecuteDeleteAsync(cancel);
        await database.BackupPolicies.Where(row => !kept.Contains(row.Id)).ExecuteDeleteAsync(cancel);
    }

    internal Task<int> SweepKeysAsync() => _app!.Services.GetServices<IHostedService>().OfType<IdempotencyKeySweep>()
        .Single().SweepAsync(TestContext.Current.CancellationToken);

    internal async Task<T> AddAsync<T>(T record)
        where T : class
    {
        await using var database = Database();
        database.Add(record);
        await database.SaveChangesAsync(TestContext.Current.CancellationToken);
        return record;
    }

    internal Task<VolumeEntity> AddVolumeAsync(
        string status = VolumeStatus.Available,
        TokenUser? owner = null,
        int sizeGiB = 1,
        Action<VolumeEntity>? change = null)
    {
        var volume = new VolumeEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = (owner ?? Demo).ProjectId,
            UserId = (owner ?? Demo).UserId,
            Name = "volume",
            SizeGiB = sizeGiB,
            Status = status,
            Host = Options.Host,
            CreatedAt = DateTime.UtcNow,
        };
        change?.Invoke(volume);
        return AddAsync(volume);
    }

    internal Task<SnapshotEntity> AddSnapshotAsync(
        VolumeEntity volume, string status = SnapshotStatus.Available, TokenUser? owner = null) =>
        AddAsync(new SnapshotEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = (owner ?? Demo).ProjectId,
            UserId = (owner ?? Demo).UserId,
            VolumeId = volume.Id,
            SizeGiB = volume.SizeGiB,
            Status = status,
            CreatedAt = DateTime.UtcNow,
        });

    internal Task<BackupEntity> AddBackupAsync(
        VolumeEntity volume,
        string status = BackupStatus.Available,
        TokenUser? owner = null,
        Action<BackupEntity>? change = null)
    {
        var backup = new BackupEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = (owner ?? Demo).ProjectId,
            UserId = (owner ?? Demo).UserId,
            VolumeId = volume.Id,
            Name = "backup",
            SizeGiB = volume.SizeGiB,
            Status = status,
            DataTimestamp = DateTime.UtcNow,
            CreatedAt = DateTime.UtcNow,
            CommandSentAt = DateTime.UtcNow,
        };
        change?.Invoke(backup);
        return AddAsync(backup);
    }

    internal async Task<VolumeEntity> VolumeAsync(Guid id)
    {
        await using var database = Database();
        return await database.Volumes.SingleAsync(row => row.Id == id, TestContext.Current.CancellationToken);
    }

    internal async Task<SnapshotEntity> SnapshotAsync(Guid id)
    {
        await using var database = Database();
        return await database.Snapshots.SingleAsync(row => row.Id == id, TestContext.Current.CancellationToken);
    }

    internal async Task<BackupEntity> BackupAsync(Guid id)
    {
        await using var database = Database();
        return await database.Backups.SingleAsync(row => row.Id == id, TestContext.Current.CancellationToken);
    }

    private static TokenUser OfDemo(string name, IReadOnlyList<string> roles) =>
        User(name, name[..1], roles) with { ProjectId = Demo.ProjectId };

    private static TokenUser User(string name, string digit, IReadOnlyList<string> roles) => new()
    {
        Name = name,
        UserId = string.Concat(Enumerable.Repeat(digit, 31)) + "1",
        ProjectId = string.Concat(Enumerable.Repeat(digit, 31)) + "2",
        Roles = roles,
        Token = name + "-token-0123456789",
    };
}
