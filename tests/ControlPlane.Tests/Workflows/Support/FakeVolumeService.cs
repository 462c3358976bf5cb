using System.Collections.Concurrent;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.Workflows.Support;

/// <summary>A volume service in memory: what it has exported, made and kept is there to be looked at.</summary>
internal sealed class FakeVolumeService(IDbContextFactory<EngineDatabase> databases) : IVolumeService
{
    public const long VolumeBytes = 1L << 30;

    public ConcurrentDictionary<Guid, DeviceReference> Exports { get; } = [];

    public ConcurrentDictionary<Guid, DeviceReference> TemporaryObjects { get; } = [];

    public ConcurrentDictionary<Guid, string> BasePoints { get; } = [];

    public ConcurrentDictionary<Guid, bool> Kept { get; } = [];

    /// <summary>What a volume is read from; null: itself.</summary>
    public DeviceKind? TemporaryKind { get; set; } = DeviceKind.TemporarySnapshot;

    public string BaseToken { get; set; } = "token";

    public bool ReadsAsZero { get; set; } = true;

    public string Path { get; set; } = "/dev/loop7";

    public ChangedBlocks Changed { get; set; } = new() { Known = false, Reason = "nobody knows", Extents = [] };

    /// <summary>Called with the name of every request; what it throws is the answer.</summary>
    public Action<string> OnRequest { get; set; } = static _ => { };

    /// <summary>Asks again while the database is away, as the queue of a volume service does.</summary>
    public Task<BackupDevice> GetBackupDeviceAsync(
        string host, GetBackupDevice request, CancellationToken cancellationToken)
    {
        OnRequest(nameof(GetBackupDevice));
        return DatabaseOutage.RetryAsync(
            token => GetBackupDeviceAsync(request, token), TimeSpan.FromMinutes(1), new HastyTime(),
            NullLogger.Instance, cancellationToken);
    }

    private async Task<BackupDevice> GetBackupDeviceAsync(GetBackupDevice request, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var backup = await database.Backups.SingleAsync(b => b.Id == request.BackupId, cancellationToken);
        var device = DeviceOf(backup.Id, backup.VolumeId, backup.SnapshotId);
        if (device.Kind is DeviceKind.TemporarySnapshot or DeviceKind.TemporaryVolume)
        {
            backup.TemporaryDevice = $"{device.Kind}:{device.Id}";
            await database.SaveChangesAsync(cancellationToken);
            TemporaryObjects[device.Id] = device;
        }

        if (BaseToken.Length > 0)
            BasePoints[backup.Id] = BaseToken;
        return new BackupDevice { Device = device, BaseToken = BaseToken };
    }

    public Task<ChangedBlocks> GetChangedBlocksAsync(
        string host, GetChangedBlocks request, CancellationToken cancellationToken)
    {
        OnRequest(nameof(GetChangedBlocks));
        return Task.FromResult(Changed);
    }

    public Task<DeviceExposed> ExposeAsync(string host, ExposeDevice request, CancellationToken cancellationToken)
    {
        OnRequest(nameof(ExposeDevice));
        Exports[request.AttachmentId] = request.Device;
        return Task.FromResult(new DeviceExposed
        {
            AttachmentId = request.AttachmentId,
            Connection = new DeviceConnectionInfo { Type = "local", Path = Path },
            SizeBytes = VolumeBytes,
            ReadsAsZero = ReadsAsZero,
        });
    }

    public Task DisconnectAsync(string host, DisconnectDevice request, CancellationToken cancellationToken)
    {
        OnRequest(nameof(DisconnectDevice));
        Exports.TryRemove(request.AttachmentId, out _);
        return Task.CompletedTask;
    }

    public Task RemoveTemporaryObjectAsync(
        string host, RemoveTemporaryObject request, CancellationToken cancellationToken)
    {
        OnRequest(nameof(RemoveTemporaryObject));
        Assert.DoesNotContain(Exports.Values, exported => exported.Id == request.Device.Id);
        TemporaryObjects.TryRemove(request.Device.Id, out _);
        return Task.CompletedTask;
    }

    public Task SettleBasePointAsync(string host, SettleBasePoint request, CancellationToken cancellationToken)
    {
        OnRequest(nameof(SettleBasePoint));
        if (request.Keep)
            Kept[request.BackupId] = true;
        else
            BasePoints.TryRemove(request.BackupId, out _);
        return Task.CompletedTask;
    }

    public async Task CreateVolumeAsync(string host, CreateVolume command, CancellationToken cancellationToken)
    {
        OnRequest(nameof(CreateVolume));
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await database.Volumes.Where(v => v.Id == command.VolumeId && v.Status == "creating")
            .ExecuteUpdateAsync(set => set.SetProperty(v => v.Status, "restoring-backup"), cancellationToken);
    }

    private DeviceReference DeviceOf(Guid backupId, Guid volumeId, Guid? snapshotId) =>
        (snapshotId, TemporaryKind) switch
        {
            ({ } snapshot, _) => new DeviceReference { Kind = DeviceKind.Snapshot, Id = snapshot, VolumeId = volumeId },
            (null, null) => new DeviceReference { Kind = DeviceKind.Volume, Id = volumeId, VolumeId = volumeId },
            (null, { } kind) => new DeviceReference { Kind = kind, Id = TemporaryIdOf(backupId), VolumeId = volumeId },
        };

    private static Guid TemporaryIdOf(Guid backupId)
    {
        var bytes = backupId.ToByteArray();
        bytes[0] ^= 0xff;
        return new Guid(bytes);
    }
}
