using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>
/// What a backup reads (steps 7 and 8): the volume, the snapshot, or a temporary object (steps 16 and 17). With it goes
/// a base point: a clone of exactly what is read. An older or newer one would let the next incremental miss what was
/// written in between.
/// </summary>
internal sealed class BackupDevices(
    IDbContextFactory<EngineDatabase> databases,
    IVolumeDriver driver,
    EngineOptions options,
    VolumeLocks locks,
    ILogger<BackupDevices> log) : IAsyncDisposable
{
    private const int ConcurrentCopies = 2;
    private const int MaxCopies = 256;

    private readonly BackgroundWork<Guid> _copies = new(ConcurrentCopies, MaxCopies);

    /// <summary>A copy that is done within this time needs no second request.</summary>
    internal TimeSpan CopyPatience { get; set; } = TimeSpan.FromSeconds(2);

    /// <summary>
    /// The device to read: <see cref="BackupDevice"/>, or <see cref="BackupDevicePending"/> while it is being made.
    /// </summary>
    public async Task<object> GetAsync(Guid backupId, CancellationToken cancellationToken)
    {
        var device = await ChooseAsync(backupId, cancellationToken);
        if (TemporaryObject.IsTemporary(device.Kind) && !await IsMadeAsync(device, backupId, cancellationToken))
            return new BackupDevicePending { Activity = $"copying volume {device.VolumeId} to a temporary object" };
        var token = await driver.CreateBasePointAsync(device, backupId, cancellationToken);
        log.LogInformation("Backup {BackupId} reads {Kind} {DeviceId}", backupId, device.Kind, device.Id);
        return new BackupDevice { Device = device, BaseToken = token };
    }

    /// <summary>Removes the temporary object of a backup.</summary>
    public async Task RemoveTemporaryAsync(Guid backupId, DeviceReference device, CancellationToken cancellationToken)
    {
        if (!TemporaryObject.IsTemporary(device.Kind) || !TemporaryObject.IdsOf(backupId).Contains(device.Id))
            throw new RefusedException(
                $"{device.Kind} {device.Id} is not a temporary object of backup {backupId}: it is left as it is.");
        await _copies.StopAsync(device.Id);
        await driver.DeleteAsync(device, cancellationToken);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var text = TemporaryObject.ToText(device);
        await database.Backups.Where(b => b.Id == backupId && b.TemporaryDevice == text)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.TemporaryDevice, (string?)null), cancellationToken);
    }

    public ValueTask DisposeAsync() => _copies.DisposeAsync();

    private async Task<DeviceReference> ChooseAsync(Guid backupId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var backup = await database.Backups.AsNoTracking()
            .SingleOrDefaultAsync(b => b.Id == backupId && b.DeletedAt == null, cancellationToken);
        if (backup is not { Status: BackupStatus.Creating })
            throw new RefusedException(
                $"Backup {backupId} is not being created (it is {backup?.Status ?? "not there"}).");
        using var taken = await locks.TakeAsync(backup.VolumeId, cancellationToken);
        var volume = await database.Volumes.AsNoTracking()
            .SingleOrDefaultAsync(v => v.Id == backup.VolumeId && v.DeletedAt == null, cancellationToken)
            ?? throw new RefusedException($"Volume {backup.VolumeId} does not exist any more.");
        if (volume.Host != options.Host)
            throw new RefusedException($"Volume {volume.Id} belongs to host {volume.Host}, not to {options.Host}.");
        if (backup.SnapshotId is { } snapshot)
            return await SnapshotAsync(database, snapshot, volume.Id, cancellationToken);
        if (!await NeedsTemporaryAsync(backup, volume, cancellationToken))
            return new DeviceReference { Kind = DeviceKind.Volume, Id = volume.Id, VolumeId = volume.Id };
        return await RecordTemporaryAsync(database, backup, cancellationToken);
    }

    private static async Task<DeviceReference> SnapshotAsync(
        EngineDatabase database, Guid snapshotId, Guid volumeId, CancellationToken cancellationToken)
    {
        if (!await database.Snapshots.AnyAsync(s => s.Id == snapshotId && s.DeletedAt == null, cancellationToken))
            throw new RefusedException($"Snapshot {snapshotId} does not exist any more.");
        return new DeviceReference { Kind = DeviceKind.Snapshot, Id = snapshotId, VolumeId = volumeId };
    }

    // A volume that anyone may write to is not read itself, whatever its status says.
    private async Task<bool> NeedsTemporaryAsync(
        BackupEntity backup, VolumeEntity volume, CancellationToken cancellationToken)
    {
        if (backup.TemporaryDevice is not null
            || volume.PreviousStatus == VolumeStatus.InUse || volume.Status == VolumeStatus.InUse)
            return true;
        var exports = await driver.ListExportsAsync(cancellationToken);
        return exports.Any(export => export.Access == DeviceAccess.ReadWrite
            && export.Device.Kind == DeviceKind.Volume && export.Device.Id == volume.Id);
    }

    // Recorded before it is made: whoever cleans up after a crash knows of it.
    private async Task<DeviceReference> RecordTemporaryAsync(
        EngineDatabase database, BackupEntity backup, CancellationToken cancellationToken)
    {
        var configured = options.TempSource == "clone" ? DeviceKind.TemporaryVolume : DeviceKind.TemporarySnapshot;
        var kind = TemporaryObject.KindIn(backup.TemporaryDevice) ?? configured;
        var device = TemporaryObject.Of(kind, backup.Id, backup.VolumeId);
        var text = TemporaryObject.ToText(device);
        var recorded = await database.Backups.Where(b => b.Id == backup.Id && b.Status == BackupStatus.Creating)
            .ExecuteUpdateAsync(set => set.SetProperty(b => b.TemporaryDevice, text), cancellationToken);
        return recorded == 1
            ? device
            : throw new RefusedException($"Backup {backup.Id} is not being created any more.");
    }

    private async Task<bool> IsMadeAsync(DeviceReference device, Guid backupId, CancellationToken cancellationToken)
    {
        var making = _copies.StartOrJoin(device.Id, token => MakeAsync(device, backupId, token));
        if (driver.ClonesAreInstant)
            await making.WaitAsync(cancellationToken).ConfigureAwait(ConfigureAwaitOptions.SuppressThrowing);
        else
            await Task.WhenAny(making, Task.Delay(CopyPatience, cancellationToken));
        cancellationToken.ThrowIfCancellationRequested();
        if (!making.IsCompleted)
            return false;
        _copies.Forget(device.Id);
        await making;
        return true;
    }

    private async Task MakeAsync(DeviceReference device, Guid backupId, CancellationToken cancellationToken)
    {
        var existing = await driver.ListTemporaryObjectsAsync(cancellationToken);
        if (existing.Contains(device.Id))
            return;
        // A base point from before would be of another moment than the object that is made now.
        await driver.DropBasePointAsync(device.VolumeId, backupId, cancellationToken);
        if (device.Kind == DeviceKind.TemporarySnapshot)
            await driver.CreateSnapshotAsync(device.VolumeId, device, cancellationToken);
        else
            await driver.CloneAsync(
                VolumeOf(device), device, await SizeOfAsync(device.VolumeId, cancellationToken), cancellationToken);
    }

    private async Task<long> SizeOfAsync(Guid volumeId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var sizeGiB = await database.Volumes.Where(v => v.Id == volumeId)
            .Select(v => v.SizeGiB).SingleAsync(cancellationToken);
        return VolumeSize.InBytes(sizeGiB);
    }

    private static DeviceReference VolumeOf(DeviceReference device) =>
        new() { Kind = DeviceKind.Volume, Id = device.VolumeId, VolumeId = device.VolumeId };
}
