using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Attachments;

/// <summary>
/// Makes, connects, completes and deletes attachments. A volume has at most one, and its record holds it: each change
/// is one conditional update.
/// </summary>
internal sealed class AttachmentChanges(EngineDatabase database, AttachmentConnection connection, TimeProvider clock)
{
    private static readonly string[] Settled =
    [
        VolumeStatus.Available, VolumeStatus.Error, VolumeStatus.ErrorRestoring, VolumeStatus.ErrorExtending,
    ];

    private DateTime Now => clock.GetUtcNow().UtcDateTime;

    /// <summary>
    /// Keeps a volume for a server, and connects it if there is a connector. What cannot be connected is not kept.
    /// </summary>
    /// <exception cref="ApiFaultException">404; 400 for the volume's status; 500 and 503 for its service.</exception>
    public async Task<Guid> CreateAsync(ApiRequest request, BodyValue body, CancellationToken cancellationToken)
    {
        AttachmentBodies.Create(request.Version).Require(body);
        var fields = body[AttachmentBodies.Field]!;
        var volumeId = UuidSchema.Read(fields["volume_uuid"])!.Value;
        var volume = await database.FindVolumeAsync(
            request, $"{volumeId}", PolicyRules.AttachmentCreate, cancellationToken);
        RequireNoError(volume, "created", Fault.InvalidVolume);
        var id = Guid.NewGuid();
        await ReserveAsync(volume.Id, id, fields, cancellationToken);
        if (fields["connector"] is { Kind: BodyKind.Object, Fields.Count: > 0 } connector)
            await ConnectOrReleaseAsync(id, connector, cancellationToken);
        return id;
    }

    /// <summary>Connects an attachment: from now on the volume can be reached. Asked twice, the answer is the same.
    /// </summary>
    /// <exception cref="ApiFaultException">404; 400 and 409 for the volume's status; 500 and 503 for its service.
    /// </exception>
    public async Task ConnectAsync(ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        AttachmentBodies.Update.Require(body);
        var attachment = await database.FindAttachmentAsync(
            request, id, PolicyRules.AttachmentUpdate, cancellationToken);
        var volume = await database.Volumes.AsNoTracking().SingleAsync(
            row => row.Id == attachment.VolumeId, cancellationToken);
        RequireNoError(volume, "updated", reason => new ApiFaultException(
            StatusCodes.Status409Conflict, $"Resource conflict: {reason}"));
        var connector = body[AttachmentBodies.Field]!["connector"]!;
        await connection.ConnectAsync(attachment.Id, connector, cancellationToken);
    }

    /// <summary>The server uses the volume. Said twice, it changes nothing.</summary>
    /// <exception cref="ApiFaultException">404; 400 for the volume's status.</exception>
    public async Task CompleteAsync(ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        AttachmentBodies.Complete.Require(body);
        var attachment = await database.FindAttachmentAsync(
            request, id, PolicyRules.AttachmentComplete, cancellationToken);
        var now = Now;
        string[] from = [VolumeStatus.Reserved, VolumeStatus.Attaching, VolumeStatus.InUse];
        var changed = await Of(attachment.Id).Where(row => from.Contains(row.Status)).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Status, VolumeStatus.InUse)
                .SetProperty(row => row.AttachmentStatus, AttachmentStatus.Attached)
                .SetProperty(row => row.AttachedAt, row => row.AttachedAt ?? now)
                .SetProperty(row => row.UpdatedAt, now),
            cancellationToken);
        if (changed == 0)
            throw await RefusalAsync(attachment, "complete its attachment", from, cancellationToken);
    }

    /// <summary>Deletes an attachment: the export is removed first, and then the volume is available.</summary>
    /// <exception cref="ApiFaultException">
    /// 404; 400 for the volume's status; 500 and 503 for its service: the attachment is there as it was.
    /// </exception>
    public async Task DeleteAsync(ApiRequest request, string id, CancellationToken cancellationToken)
    {
        var attachment = await database.FindAttachmentAsync(
            request, id, PolicyRules.AttachmentDelete, cancellationToken);
        var before = await BeginDetachAsync(attachment, cancellationToken);
        try
        {
            await connection.DisconnectAsync(attachment.Id, cancellationToken);
        }
        catch (ApiFaultException)
        {
            await Of(attachment.Id).Where(row => row.Status == VolumeStatus.Detaching).ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, before), CancellationToken.None);
            throw;
        }

        await Of(attachment.Id).ForgetAttachmentAsync(Now, cancellationToken);
    }

    private async Task ReserveAsync(Guid volumeId, Guid id, BodyValue fields, CancellationToken cancellationToken)
    {
        var server = UuidSchema.Read(fields["instance_uuid"])?.ToString();
        var mode = BodyFields.ReadText(fields, "mode");
        var now = Now;
        var changed = await database.Volumes
            .Where(row => row.Id == volumeId && row.DeletedAt == null && row.Status == VolumeStatus.Available)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, VolumeStatus.Reserved)
                    .SetProperty(row => row.AttachmentId, id)
                    .SetProperty(row => row.AttachmentStatus, AttachmentStatus.Reserved)
                    .SetProperty(row => row.AttachmentCreatedAt, now)
                    .SetProperty(row => row.AttachedTo, server)
                    .SetProperty(row => row.AttachMode, mode)
                    .SetProperty(row => row.MountPoint, (string?)null)
                    .SetProperty(row => row.AttachedAt, (DateTime?)null)
                    .SetProperty(row => row.ConnectionType, (string?)null)
                    .SetProperty(row => row.ConnectionPath, (string?)null)
                    .SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (changed == 0)
            throw Fault.InvalidVolume(
                $"Volume {volumeId} status must be available or downloading to reserve, but the current status is "
                + $"{await StatusAsync(volumeId, cancellationToken)}.");
    }

    /// <summary>An export that is made after all is a leftover: its attachment is no volume's.</summary>
    private async Task ConnectOrReleaseAsync(Guid id, BodyValue connector, CancellationToken cancellationToken)
    {
        try
        {
            await connection.ConnectAsync(id, connector, cancellationToken);
        }
        catch (ApiFaultException)
        {
            await Of(id).ForgetAttachmentAsync(Now, CancellationToken.None);
            throw;
        }
    }

    /// <summary>Nobody connects or backs up the volume meanwhile. Answers with the status that it had.</summary>
    private async Task<string> BeginDetachAsync(AttachmentRecord attachment, CancellationToken cancellationToken)
    {
        string[] from = [VolumeStatus.Reserved, VolumeStatus.Attaching, VolumeStatus.InUse, VolumeStatus.Detaching];
        var status = await StatusAsync(attachment.VolumeId, cancellationToken);
        if (Settled.Contains(status))
            return status;
        // By the database's clock: from then on the volume is this process's for a while (AttachmentSweep).
        var changed = await Of(attachment.Id).Where(row => row.Status == status && from.Contains(row.Status))
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, VolumeStatus.Detaching)
                    .SetProperty(row => row.UpdatedAt, row => DateTime.UtcNow),
                cancellationToken);
        return changed > 0 ? status : throw await RefusalAsync(attachment, "detach", from, cancellationToken);
    }

    private IQueryable<VolumeEntity> Of(Guid id) =>
        database.Volumes.Where(row => row.AttachmentId == id && row.DeletedAt == null);

    private async Task<ApiFaultException> RefusalAsync(
        AttachmentRecord attachment, string what, string[] allowed, CancellationToken cancellationToken) =>
        Fault.InvalidVolume(
            $"Volume {attachment.VolumeId} status must be {string.Join(" or ", allowed)} to {what}, but the current "
            + $"status is {await StatusAsync(attachment.VolumeId, cancellationToken)}.");

    private Task<string> StatusAsync(Guid volumeId, CancellationToken cancellationToken) =>
        database.Volumes.Where(row => row.Id == volumeId).Select(row => row.Status).SingleAsync(cancellationToken);

    private static void RequireNoError(VolumeEntity volume, string what, Func<string, ApiFaultException> refusal)
    {
        if (volume.Status.Contains("error", StringComparison.Ordinal))
            throw refusal(
                $"Volume attachments can not be {what} if the volume is in an error state. The Volume {volume.Id} "
                + $"currently has a status of: {volume.Status} ");
    }
}
