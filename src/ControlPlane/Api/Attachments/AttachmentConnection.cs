using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Volumes;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Attachments;

/// <summary>Has volumes exported for their attachments, and ends that.</summary>
internal sealed class AttachmentConnection(EngineDatabase database, VolumeDevices devices, TimeProvider clock)
{
    private const string ReadOnlyMode = "ro";

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>
    /// Exports the volume to the connector's host. The record says so before: then nobody takes the volume for unused,
    /// and the export for a leftover.
    /// </summary>
    /// <exception cref="ApiFaultException">400 for the volume's status; 404; 500 and 503 for its service.</exception>
    public async Task ConnectAsync(Guid id, BodyValue connector, CancellationToken cancellationToken)
    {
        await BeginAsync(id, connector, cancellationToken);
        var volume = await FindAsync(id, cancellationToken);
        var access = volume.AttachMode == ReadOnlyMode ? DeviceAccess.Read : DeviceAccess.ReadWrite;
        var host = BodyFields.ReadText(connector, "host") ?? "";
        var connection = await devices.ExposeAsync(volume, id, access, host, cancellationToken);
        var kept = await database.Volumes.Where(row => row.AttachmentId == id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.ConnectionType, connection.Type)
                .SetProperty(row => row.ConnectionPath, connection.Path),
            cancellationToken);
        if (kept > 0)
            return;
        await devices.DisconnectAsync(volume, id, cancellationToken);
        throw AttachmentLists.NotFound($"{id}");
    }

    /// <summary>Removes the export of an attachment that nobody can connect any more.</summary>
    /// <exception cref="ApiFaultException">500 and 503 for the volume's service.</exception>
    public async Task DisconnectAsync(Guid id, CancellationToken cancellationToken)
    {
        var volume = await FindAsync(id, cancellationToken);
        if (volume.AttachmentStatus != AttachmentStatus.Reserved)
            await devices.DisconnectAsync(volume, id, cancellationToken);
    }

    private async Task BeginAsync(Guid id, BodyValue connector, CancellationToken cancellationToken)
    {
        var mode = BodyFields.ReadText(connector, "mode") ?? "rw";
        var mountPoint = BodyFields.ReadText(connector, "mountpoint");
        var host = BodyFields.ReadText(connector, "host");
        var (now, isRead) = (Now, mode == ReadOnlyMode);
        string[] from = [VolumeStatus.Reserved, VolumeStatus.Attaching, VolumeStatus.InUse];
        var changed = await database.Volumes
            .Where(row => row.AttachmentId == id && row.DeletedAt == null && from.Contains(row.Status))
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, VolumeStatus.Attaching)
                    .SetProperty(row => row.AttachmentStatus, AttachmentStatus.Attaching)
                    .SetProperty(
                        row => row.NeverWritten,
                        row => row.NeverWritten
                            && (row.AttachMode == ReadOnlyMode || (row.AttachMode == null && isRead)))
                    .SetProperty(row => row.AttachMode, row => row.AttachMode ?? mode)
                    .SetProperty(row => row.AttachedTo, row => row.AttachedTo ?? host)
                    .SetProperty(row => row.MountPoint, mountPoint)
                    .SetProperty(row => row.AttachedAt, now)
                    .SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (changed == 0)
            throw Refusal(await FindAsync(id, cancellationToken));
    }

    private static ApiFaultException Refusal(VolumeEntity volume) => Fault.InvalidVolume(
        $"Volume {volume.Id} status must be reserved or attaching or in-use to connect its attachment, but the current "
        + $"status is {volume.Status}.");

    private async Task<VolumeEntity> FindAsync(Guid id, CancellationToken cancellationToken) =>
        await database.Volumes.AsNoTracking()
            .SingleOrDefaultAsync(row => row.AttachmentId == id && row.DeletedAt == null, cancellationToken)
        ?? throw AttachmentLists.NotFound($"{id}");
}
