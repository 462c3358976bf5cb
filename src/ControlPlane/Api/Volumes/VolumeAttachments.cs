using BackupEngine.ControlPlane.Api.Attachments;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>
/// Keeps what servers say of the volumes that they use: <c>available</c> becomes <c>in-use</c>, and back.
/// </summary>
internal sealed class VolumeAttachments(EngineDatabase database, TimeProvider clock)
{
    /// <summary>A server uses the volume.</summary>
    /// <exception cref="ApiFaultException">404, or 400: it is in use already or in no state for it.</exception>
    public async Task AttachAsync(ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        VolumeBodies.Attach.Require(body);
        var volume = await database.FindVolumeAsync(request, id, PolicyRules.VolumeAttach, cancellationToken);
        var fields = body["os-attach"]!;
        var server = UuidSchema.Read(fields["instance_uuid"])?.ToString();
        var attachedTo = server ?? BodyFields.ReadText(fields, "host_name");
        var mountPoint = BodyFields.ReadText(fields, "mountpoint");
        var mode = BodyFields.ReadText(fields, "mode") ?? "rw";
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await database.Volumes
            .Where(row => row.Id == volume.Id && row.Status == VolumeStatus.Available && row.DeletedAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, VolumeStatus.InUse)
                    .SetProperty(row => row.AttachedTo, attachedTo)
                    .SetProperty(row => row.MountPoint, mountPoint)
                    .SetProperty(row => row.AttachMode, mode)
                    .SetProperty(row => row.AttachedAt, now)
                    .SetProperty(row => row.AttachmentId, UserAttachment.IdOf(volume.Id))
                    .SetProperty(row => row.AttachmentStatus, AttachmentStatus.Attached)
                    .SetProperty(row => row.AttachmentCreatedAt, now)
                    .SetProperty(row => row.ConnectionType, (string?)null)
                    .SetProperty(row => row.ConnectionPath, (string?)null)
                    .SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (changed == 0)
            throw await CannotAttachAsync(volume.Id, cancellationToken);
    }

    /// <summary>
    /// The server no longer uses the volume. Said of a volume that is not in use, it changes nothing.
    /// </summary>
    /// <exception cref="ApiFaultException">404, or 400: it is in no state for it.</exception>
    public async Task DetachAsync(ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        VolumeBodies.Detach.Require(body);
        var volume = await database.FindVolumeAsync(request, id, PolicyRules.VolumeDetach, cancellationToken);
        RequireAttachment(volume, UuidSchema.Read(body["os-detach"]?["attachment_id"]));
        var changed = await database.Volumes.Where(row => row.Id == volume.Id && row.Status == VolumeStatus.InUse)
            .ForgetAttachmentAsync(clock.GetUtcNow().UtcDateTime, cancellationToken);
        var status = await StatusAsync(volume.Id, cancellationToken);
        if (changed == 0 && status != VolumeStatus.Available)
            throw Fault.InvalidVolume(
                $"Volume status must be in-use to detach, but the current status is \"{status}\".");
    }

    private static void RequireAttachment(VolumeEntity volume, Guid? attachmentId)
    {
        if (attachmentId is not null && attachmentId != UserAttachment.Of(volume))
            throw new ApiFaultException(
                StatusCodes.Status404NotFound,
                $"Volume attachment could not be found with filter: attachment_id = {attachmentId}.");
    }

    private async Task<ApiFaultException> CannotAttachAsync(Guid id, CancellationToken cancellationToken)
    {
        var status = await StatusAsync(id, cancellationToken);
        return Fault.InvalidVolume(status == VolumeStatus.InUse
            ? "volume is already attached"
            : $"Volume status must be available to attach, but the current status is \"{status}\".");
    }

    private Task<string> StatusAsync(Guid id, CancellationToken cancellationToken) =>
        database.Volumes.Where(row => row.Id == id).Select(row => row.Status).SingleAsync(cancellationToken);
}
