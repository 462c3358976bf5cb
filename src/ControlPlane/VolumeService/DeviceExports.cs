using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>Exports devices (steps 9 and 10) and takes the exports back (steps 14 and 15).</summary>
internal sealed class DeviceExports(
    IDbContextFactory<EngineDatabase> databases,
    IVolumeDriver driver,
    VolumeLocks locks,
    TimeProvider time)
{
    /// <summary>Exports a device to this host, or to the connector's.</summary>
    public async Task<DeviceExposed> ExposeAsync(ExposeDevice request, CancellationToken cancellationToken)
    {
        using var taken = await locks.TakeAsync(request.Device.VolumeId, cancellationToken);
        var export = new ExportRequest(
            request.AttachmentId, request.Device, request.Access, request.Connector, request.BackupId);
        var readsAsZero = request.Access == DeviceAccess.ReadWrite
            && await BecomesWritableAsync(export, cancellationToken);
        var exported = await driver.ExportAsync(export, cancellationToken);
        return new DeviceExposed
        {
            AttachmentId = request.AttachmentId,
            Connection = exported.Connection,
            SizeBytes = exported.SizeBytes,
            ReadsAsZero = readsAsZero,
        };
    }

    /// <summary>Removes an export; one that does not exist is removed already.</summary>
    public async Task DisconnectAsync(DisconnectDevice request, CancellationToken cancellationToken)
    {
        var exports = await driver.ListExportsAsync(cancellationToken);
        var export = exports.FirstOrDefault(e => e.AttachmentId == request.AttachmentId);
        if (export is not null && (export.Device.Kind != request.Device.Kind || export.Device.Id != request.Device.Id))
            throw new RefusedException(
                $"Attachment {request.AttachmentId} exports {export.Device.Kind} {export.Device.Id}, not "
                + $"{request.Device.Kind} {request.Device.Id}: it is left as it is.");
        await driver.UnexportAsync(request.AttachmentId, cancellationToken);
    }

    // The record is changed before the device can be written to: after a crash in between, a volume may be taken for
    // written that is not, never the other way round. Answers whether it reads as zeros.
    private async Task<bool> BecomesWritableAsync(ExportRequest request, CancellationToken cancellationToken)
    {
        var volumeId = request.Device.Id;
        await RefuseWhileReadAsync(request, cancellationToken);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await RefuseWhileBackingUpAsync(database, request, cancellationToken);
        var now = time.GetUtcNow().UtcDateTime;
        var changed = await database.Volumes.Where(v => v.Id == volumeId && v.NeverWritten)
            .ExecuteUpdateAsync(
                set => set.SetProperty(v => v.NeverWritten, false).SetProperty(v => v.UpdatedAt, now),
                cancellationToken);
        return changed == 1 && await driver.ReadsAsZeroAsync(request.Device, cancellationToken);
    }

    private async Task RefuseWhileReadAsync(ExportRequest request, CancellationToken cancellationToken)
    {
        var exports = await driver.ListExportsAsync(cancellationToken);
        var reader = exports.FirstOrDefault(export => export.BackupId is not null && export.BackupId != request.BackupId
            && export.Device.Kind == request.Device.Kind && export.Device.Id == request.Device.Id);
        if (reader is not null)
            throw new RefusedException(
                $"Volume {request.Device.Id} is being read by backup {reader.BackupId}: it cannot be written to until "
                + "that has ended.");
    }

    private static async Task RefuseWhileBackingUpAsync(
        EngineDatabase database, ExportRequest request, CancellationToken cancellationToken)
    {
        if (request.Device.Kind != DeviceKind.Volume)
            throw new RefusedException($"A device of kind {request.Device.Kind} is never exported for writing.");
        var backingUp = await database.Volumes
            .Where(v => v.Id == request.Device.Id && v.Status == VolumeStatus.BackingUp)
            .AnyAsync(v => v.PreviousStatus != VolumeStatus.InUse, cancellationToken);
        if (backingUp)
            throw new RefusedException(
                $"Volume {request.Device.Id} is being backed up and read itself: it cannot be written to until that "
                + "has ended.");
    }
}
