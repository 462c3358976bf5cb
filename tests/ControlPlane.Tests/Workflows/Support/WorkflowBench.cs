using System.Diagnostics;
using BackupEngine.ControlPlane.BackupService;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Database.PostgreSql;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.Support;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.Workflows.Support;

/// <summary>A backup service on a database of its own, with a volume service and a data plane in memory.</summary>
internal sealed class WorkflowBench : IDisposable, IDbContextFactory<EngineDatabase>
{
    public const string Host = "host-a";

    private static readonly Lock BuildingModel = new();

    private static readonly CancellationToken None = CancellationToken.None;

    private readonly string _directory = Directory.CreateTempSubdirectory("backup-engine-workflow-").FullName;
    private readonly TestDatabase? _database;
    private readonly Func<EngineDatabase> _open;

    public WorkflowBench()
    {
        _database = TestDatabase.Choose(new EngineOptions());
        _open = _database is null ? OpenFile() : OpenServer(_database);
        Directory.CreateDirectory(Path.Combine(_directory, "repository"));
        Volumes = new FakeVolumeService(this);
    }

    public FakeVolumeService Volumes { get; }

    public FakeDataPlane DataPlane { get; } = new();

    /// <summary>Makes the database go away for a moment.</summary>
    public DatabaseAway Away { get; } = new();

    /// <summary>As if the database were away.</summary>
    public bool Unreachable { get; set; }

    /// <summary>As if the network to the database were cut: it does not answer, nor does it fail.</summary>
    public bool Silent { get; set; }

    /// <summary>Time, as the services have it.</summary>
    public TimeProvider Time { get; set; } = TimeProvider.System;

    /// <summary>Length of every lease, in seconds.</summary>
    public int LeaseSeconds { get; set; } = 3600;

    /// <summary>What a transfer may do in a second, in MiB; 0 is no limit.</summary>
    public int RateLimitMiB { get; set; }

    /// <summary>Whether notifications are written: as the option.</summary>
    public string Notifications { get; set; } = NotificationSettings.Off;

    public EngineDatabase CreateDbContext() => Unreachable
        ? throw new InvalidOperationException("the database is away")
        : _open();

    public async Task<EngineDatabase> CreateDbContextAsync(CancellationToken cancellationToken = default)
    {
        if (Silent)
            await Task.Delay(Timeout.Infinite, None);
        return CreateDbContext();
    }

    public EngineOptions Options(string host = Host) => new()
    {
        Host = host,
        StateDirectory = _directory,
        Repository = Path.Combine(_directory, "repository"),
        LeaseSeconds = LeaseSeconds,
        CheckpointIntervalMiB = 256,
        CheckpointSeconds = 90,
        BackupRateLimitMiB = RateLimitMiB,
        RestoreRateLimitMiB = RateLimitMiB,
        Notifications = Notifications,
        NotificationProgressSeconds = 1,
    };

    public BackupClaims Claims(string host = Host) => new(this, Options(host), Time);

    /// <summary>A volume in a status, and in the status that a backup has given it.</summary>
    public async Task<VolumeEntity> AddVolumeAsync(
        string status = VolumeStatus.BackingUp, string? previous = VolumeStatus.InUse, Guid? restoredFrom = null)
    {
        var volume = new VolumeEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = "p",
            SizeGiB = 1,
            Status = status,
            PreviousStatus = previous,
            Host = "volume-host",
            RestoredFromBackupId = restoredFrom,
            CreatedAt = DateTime.UtcNow,
        };
        return await AddAsync(volume);
    }

    public async Task<BackupEntity> AddBackupAsync(VolumeEntity volume, Action<BackupEntity>? change = null)
    {
        var backup = new BackupEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = "p",
            VolumeId = volume.Id,
            SizeGiB = 1,
            CreatedAt = DateTime.UtcNow,
        };
        change?.Invoke(backup);
        return await AddAsync(backup);
    }

    public async Task<T> AddAsync<T>(T entity)
        where T : class
    {
        await using var database = CreateDbContext();
        database.Add(entity);
        await database.SaveChangesAsync();
        return entity;
    }

    /// <summary>Claims and runs a record's workflow to its end.</summary>
    public Task RunAsync(Guid backupId, IStepObserver? observer = null, string host = Host) =>
        RunUntilAsync(backupId, None, observer, host);

    /// <summary>Claims and runs a record's workflow to its end, or until the service is stopped.</summary>
    public async Task RunUntilAsync(
        Guid backupId, CancellationToken stopping, IStepObserver? observer = null, string host = Host) =>
        await ExecuteAsync(await ClaimAsync(backupId, host), observer, host, stopping);

    /// <summary>Runs the workflow of a claim.</summary>
    public Task RunAsync(BackupClaim claim, string host = Host) => ExecuteAsync(claim, observer: null, host, None);

    private async Task ExecuteAsync(BackupClaim claim, IStepObserver? observer, string host, CancellationToken stopping)
    {
        var services = new WorkflowServices(
            this, Volumes, DataPlane, observer
                ?? new NoStepObserver(), Options(host), Time, NullLoggerFactory.Instance);
        using var lane = new SemaphoreSlim(1);
        // A run that hangs stands for a process that is dead: it does not look at its record either.
        var executor = new WorkflowExecutor(services, Leftovers(), NullLogger<WorkflowExecutor>.Instance)
        {
            Look = TimeSpan.FromSeconds(LeaseSeconds / 4.0),
        };
        await executor.ExecuteAsync(claim, lane, default(ActivityContext), stopping);
    }

    public async Task<BackupClaim> ClaimAsync(Guid backupId, string host = Host)
    {
        var kind = WorkflowKind.Of((await BackupAsync(backupId)).Status)!;
        return await Claims(host).TryClaimAsync(backupId, kind, None)
            ?? throw new InvalidOperationException("the record could not be claimed");
    }

    /// <summary>A verification that was asked for.</summary>
    public async Task<BackupEntity> AskVerificationAsync(
        string level = VerificationLevel.Full, int percent = 100, string status = BackupStatus.Available)
    {
        var backup = await AddBackupAsync(
            await AddVolumeAsync(VolumeStatus.Available, previous: null), row => row.Status = status);
        await AddAsync(new BackupVerificationEntity
        {
            BackupId = backup.Id,
            Level = level,
            Percent = percent,
            AskedAt = DateTime.UtcNow,
        });
        return backup;
    }

    public async Task<BackupClaim> ClaimVerificationAsync(Guid backupId, string host = Host) =>
        await Claims(host).TryClaimAsync(backupId, WorkflowKind.Verify, None)
        ?? throw new InvalidOperationException("the verification could not be claimed");

    /// <summary>Claims and runs a verification to its end.</summary>
    public async Task VerifyAsync(Guid backupId, IStepObserver? observer = null, string host = Host) =>
        await ExecuteAsync(await ClaimVerificationAsync(backupId, host), observer, host, None);

    public async Task<BackupVerificationEntity> VerificationAsync(Guid backupId)
    {
        await using var database = CreateDbContext();
        return await database.BackupVerifications.AsNoTracking().SingleAsync(v => v.BackupId == backupId);
    }

    public async Task ChangeVerificationAsync(Guid backupId, Action<BackupVerificationEntity> change)
    {
        await using var database = CreateDbContext();
        change(await database.BackupVerifications.SingleAsync(v => v.BackupId == backupId));
        await database.SaveChangesAsync();
    }

    public async Task<IReadOnlyList<MessageEntity>> MessagesAsync(Guid backupId)
    {
        await using var database = CreateDbContext();
        return await database.Messages.AsNoTracking().Where(m => m.ResourceId == backupId).ToListAsync();
    }

    /// <summary>What waits to be sent, oldest first.</summary>
    public async Task<IReadOnlyList<NotificationEntity>> NotificationsAsync()
    {
        await using var database = CreateDbContext();
        return await database.Notifications.AsNoTracking().OrderBy(n => n.Sequence).ToListAsync();
    }

    public async Task<BackupEntity> BackupAsync(Guid id)
    {
        await using var database = CreateDbContext();
        return await database.Backups.AsNoTracking().SingleAsync(b => b.Id == id);
    }

    public async Task<VolumeEntity> VolumeAsync(Guid id)
    {
        await using var database = CreateDbContext();
        return await database.Volumes.AsNoTracking().SingleAsync(v => v.Id == id);
    }

    public async Task<IReadOnlyList<BackupStepEntity>> StepsAsync(Guid backupId)
    {
        await using var database = CreateDbContext();
        return await database.BackupSteps.AsNoTracking().Where(s => s.BackupId == backupId).OrderBy(s => s.Sequence)
            .ToListAsync();
    }

    /// <summary>The step log as lines: number, name, outcome.</summary>
    public async Task<string[]> TraceAsync(Guid backupId) =>
        [.. (await StepsAsync(backupId)).Select(s => $"{s.Step} {s.Name} {s.Outcome}")];

    /// <summary>No export, no attachment, no running job, no temporary object.</summary>
    public void AssertNothingLeft()
    {
        Assert.Empty(Volumes.Exports);
        Assert.Empty(Volumes.TemporaryObjects);
        Assert.Empty(DataPlane.Attachments);
        Assert.DoesNotContain(
            DataPlane.Jobs.Values, job => job.State == BackupEngine.DataPlane.Protocol.JobState.Running);
    }

    /// <summary>As if the time of the lease had passed.</summary>
    public async Task ExpireLeaseAsync(Guid backupId)
    {
        await using var database = CreateDbContext();
        await database.Backups.Where(b => b.Id == backupId)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.LeaseExpiresAt, b => DateTime.UtcNow.AddSeconds(-1)));
    }

    public async Task CancelAsync(Guid backupId)
    {
        await using var database = CreateDbContext();
        await database.Backups.Where(b => b.Id == backupId)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.CancelRequestedAt, b => DateTime.UtcNow));
    }

    public async Task SetStatusAsync(Guid backupId, string status)
    {
        await using var database = CreateDbContext();
        await database.Backups.Where(b => b.Id == backupId)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.Status, status));
    }

    /// <summary>As the last transaction of a workflow: the status, and no lease any more.</summary>
    public async Task EndClaimAsync(Guid backupId, string status)
    {
        await using var database = CreateDbContext();
        await database.Backups.Where(b => b.Id == backupId).ExecuteUpdateAsync(
            set => set.SetProperty(b => b.Status, status).SetProperty(b => b.LeaseExpiresAt, (DateTime?)null));
    }

    public async Task SetRestoreVolumeAsync(Guid backupId, Guid volumeId)
    {
        await using var database = CreateDbContext();
        await database.Backups.Where(b => b.Id == backupId)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.RestoreVolumeId, volumeId));
    }

    public async Task DeleteVolumeRecordAsync(Guid volumeId)
    {
        await using var database = CreateDbContext();
        await database.Volumes.Where(v => v.Id == volumeId)
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.DeletedAt, DateTime.UtcNow));
    }

    /// <summary>As if another service had claimed the record.</summary>
    public async Task StealAsync(Guid backupId)
    {
        await using var database = CreateDbContext();
        await database.Backups.Where(b => b.Id == backupId)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.ClaimNumber, b => b.ClaimNumber + 1));
    }

    public void Dispose()
    {
        _database?.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    public DataPlaneLeftovers Leftovers() => new(DataPlane, NullLogger<DataPlaneLeftovers>.Instance);

    private Func<EngineDatabase> OpenFile()
    {
        var connection = new SqliteConnectionStringBuilder
        {
            DataSource = Path.Combine(_directory, "engine.db"),
            DefaultTimeout = 30,
            Pooling = false,
        };
        var options = new DbContextOptionsBuilder<EngineDatabase>()
            .UseSqlite(connection.ToString()).AddInterceptors(new UnsafeFastSqlite(), Away).Options;
        using var database = new EngineDatabase(options);
        database.Database.EnsureCreated();
        return () => new EngineDatabase(options);
    }

    private Func<EngineDatabase> OpenServer(TestDatabase server)
    {
        var options = new DbContextOptionsBuilder<PostgreSqlDatabase>()
            .UseNpgsql(server.Connection).AddInterceptors(Away).Options;
        // Entity Framework builds its model once for all; tests that begin at once must not see half of it.
        lock (BuildingModel)
        {
            using var first = new PostgreSqlDatabase(options);
            _ = first.Model.GetRelationalModel();
        }

        return () => new PostgreSqlDatabase(options);
    }
}
