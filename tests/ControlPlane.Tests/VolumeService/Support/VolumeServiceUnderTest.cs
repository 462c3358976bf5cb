using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.Support;
using BackupEngine.ControlPlane.VolumeService;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Support;

/// <summary>A volume service with its own database and volume directory; no bus, no worker.</summary>
internal sealed class VolumeServiceUnderTest : IAsyncDisposable
{
    public const string Host = "here";

    private readonly TestDirectory _volumes;
    private readonly TestDirectory _state;
    private readonly ServiceProvider _services;
    private readonly TestDatabase? _database;
    private DateTime _now = new(2026, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private VolumeServiceUnderTest(TestDirectory volumes, string tempSource, Action<IServiceCollection>? adjust)
    {
        _volumes = volumes;
        _state = TestDirectory.InTemp();
        var options = new EngineOptions
        {
            StateDirectory = _state.Path,
            VolumeDirectory = volumes.Path,
            Host = Host,
            TempSource = tempSource,
        };
        _database = TestDatabase.Choose(options);
        var services = new ServiceCollection();
        services.AddLogging();
        services.AddSingleton(options);
        services.AddEngineDatabase(options);
        services.AddVolumeService(options);
        adjust?.Invoke(services);
        _services = services.BuildServiceProvider();
    }

    public IVolumeDriver Driver => Get<IVolumeDriver>();

    public BackupDevices Devices => Get<BackupDevices>();

    public BasePointKeeper BasePoints => Get<BasePointKeeper>();

    public DeviceExports Exports => Get<DeviceExports>();

    public LeftoverSweep Sweep => Get<LeftoverSweep>();

    private static CancellationToken Cancel => TestContext.Current.CancellationToken;

    public static async Task<VolumeServiceUnderTest> StartAsync(
        TestDirectory volumes, string tempSource = "snapshot", Action<IServiceCollection>? adjust = null)
    {
        var test = new VolumeServiceUnderTest(volumes, tempSource, adjust);
        await using (var database = await test.OpenAsync())
            await database.Database.MigrateAsync(Cancel);
        await test.Driver.StartAsync(Cancel);
        return test;
    }

    public T Get<T>()
        where T : notnull => _services.GetRequiredService<T>();

    public Task<EngineDatabase> OpenAsync() => Get<IDbContextFactory<EngineDatabase>>().CreateDbContextAsync(Cancel);

    /// <summary>A volume's record, with its file unless it is still to be made.</summary>
    public async Task<VolumeEntity> AddVolumeAsync(
        string status = VolumeStatus.Available, string? previousStatus = null, Action<VolumeEntity>? adjust = null)
    {
        var volume = new VolumeEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = "p",
            SizeGiB = 1,
            Status = status,
            PreviousStatus = previousStatus,
            Host = Host,
            CreatedAt = Tick(),
        };
        adjust?.Invoke(volume);
        await AddAsync(volume);
        if (status != VolumeStatus.Creating)
            await Driver.CreateVolumeAsync(volume.Id, (long)volume.SizeGiB << 30, Cancel);
        return volume;
    }

    public async Task<BackupEntity> AddBackupAsync(
        Guid volumeId, string status = BackupStatus.Creating, Guid? snapshotId = null)
    {
        var backup = new BackupEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = "p",
            VolumeId = volumeId,
            SnapshotId = snapshotId,
            Status = status,
            CreatedAt = Tick(),
        };
        await AddAsync(backup);
        return backup;
    }

    public async Task<SnapshotEntity> AddSnapshotAsync(Guid volumeId, string status = SnapshotStatus.Creating)
    {
        var snapshot = new SnapshotEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = "p",
            VolumeId = volumeId,
            SizeGiB = 1,
            Status = status,
            CreatedAt = Tick(),
        };
        await AddAsync(snapshot);
        return snapshot;
    }

    public async Task<VolumeEntity> VolumeAsync(Guid id)
    {
        await using var database = await OpenAsync();
        return await database.Volumes.AsNoTracking().SingleAsync(v => v.Id == id, Cancel);
    }

    public async Task<SnapshotEntity> SnapshotAsync(Guid id)
    {
        await using var database = await OpenAsync();
        return await database.Snapshots.AsNoTracking().SingleAsync(s => s.Id == id, Cancel);
    }

    public async Task<BackupEntity> BackupAsync(Guid id)
    {
        await using var database = await OpenAsync();
        return await database.Backups.AsNoTracking().SingleAsync(b => b.Id == id, Cancel);
    }

    public async Task SetStatusAsync(Guid backupId, string status)
    {
        await using var database = await OpenAsync();
        await database.Backups.Where(b => b.Id == backupId)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.Status, status), Cancel);
    }

    public async Task SetAttachmentAsync(Guid volumeId, Guid? attachmentId)
    {
        await using var database = await OpenAsync();
        await database.Volumes.Where(v => v.Id == volumeId)
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.AttachmentId, attachmentId), Cancel);
    }

    public string FileOf(DeviceReference device) => new DriverLayout(_volumes.Path).Of(device);

    public string FileOf(Guid volumeId) => FileOf(DriverUnderTest.Volume(volumeId));

    /// <summary>Writes to a volume as a user with a device would.</summary>
    public void Write(Guid volumeId, long offset, int seed)
    {
        RawFile.Write(FileOf(volumeId), offset, RawFile.Pattern(seed, 4096));
        RawFile.Flush(FileOf(volumeId));
    }

    public byte[] Read(DeviceReference device, long offset)
    {
        var bytes = new byte[4096];
        using var file = File.OpenRead(FileOf(device));
        file.Position = offset;
        file.ReadExactly(bytes);
        return bytes;
    }

    public ExposeDevice Expose(
        DeviceReference device, DeviceAccess access = DeviceAccess.Read, Guid? backupId = null) =>
        new()
        {
            AttachmentId = Guid.NewGuid(),
            Device = device,
            Access = access,
            Connector = new Connector { Host = Host },
            BackupId = backupId,
        };

    public async ValueTask DisposeAsync()
    {
        foreach (var export in await Driver.ListExportsAsync(CancellationToken.None))
            await Driver.UnexportAsync(export.AttachmentId, CancellationToken.None);
        await _services.DisposeAsync();
        _database?.Dispose();
        Microsoft.Data.Sqlite.SqliteConnection.ClearAllPools();
        _volumes.Dispose();
        _state.Dispose();
    }

    private DateTime Tick() => _now = _now.AddMinutes(1);

    private async Task AddAsync(object entity)
    {
        await using var database = await OpenAsync();
        database.Add(entity);
        await database.SaveChangesAsync(Cancel);
    }
}
