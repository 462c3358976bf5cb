using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Commands;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Quotas;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Snapshots;

/// <summary>Takes snapshots.</summary>
internal sealed class SnapshotCreation(
    EngineDatabase database, QuotaGate quota, CommandDispatch commands, TimeProvider clock)
{
    private const int InUseSince = 66;

    private const string ForceIsGone =
        "Since microversion 3.66 the 'force' flag is invalid for this request.  For backward compatability, however, " +
        "when the 'force' flag is passed with a value evaluating to True, it is silently ignored.";

    /// <summary>Makes the record and sends the command.</summary>
    /// <exception cref="ApiFaultException">404 for the volume, 400 for its status.</exception>
    public async Task<SnapshotEntity> CreateAsync(
        ApiRequest request, BodyValue body, CancellationToken cancellationToken)
    {
        var fields = body["snapshot"]!;
        var volumeId = UuidSchema.Read(fields["volume_id"])?.ToString() ?? "None";
        var volume = await database.FindVolumeAsync(
            request, volumeId, PolicyRules.SnapshotCreate, cancellationToken);
        string[] allowed = MayBeInUse(request, TruthSchema.Read(fields["force"]))
            ? [VolumeStatus.Available, VolumeStatus.InUse]
            : [VolumeStatus.Available];
        var snapshot = Draft(request, volume, fields);
        await RecordAsync(snapshot, allowed, cancellationToken);
        await commands.ToVolumeServiceAsync(
            volume.Host, new CreateSnapshot { SnapshotId = snapshot.Id },
            () => database.MarkSnapshotCommandSentAsync(snapshot.Id, clock));
        return snapshot;
    }

    private static bool MayBeInUse(ApiRequest request, bool? force)
    {
        if (!request.Version.Has(InUseSince))
            return force == true;
        return force != false ? true : throw Fault.BadRequest(ForceIsGone);
    }

    private static SnapshotEntity Draft(ApiRequest request, VolumeEntity volume, BodyValue fields) => new()
    {
        Id = Guid.NewGuid(),
        ProjectId = request.Caller.ProjectId,
        UserId = request.Caller.UserId,
        VolumeId = volume.Id,
        Name = BodyFields.ReadTrimmed(fields, "name") ?? BodyFields.ReadTrimmed(fields, "display_name"),
        Description = BodyFields.ReadTrimmed(fields, "description"),
        SizeGiB = volume.SizeGiB,
        MetadataJson = MetadataText.Write(MetadataSchema.Read(fields["metadata"])),
    };

    /// <summary>
    /// The volume's record is touched on the condition of its status, in the transaction that makes the snapshot's: the
    /// volume cannot begin to be deleted in between.
    /// </summary>
    private async Task RecordAsync(SnapshotEntity snapshot, string[] allowed, CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        snapshot.CreatedAt = await database.UtcNowAsync(cancellationToken);
        await quota.RequireSnapshotAsync(snapshot.ProjectId, snapshot.SizeGiB, cancellationToken);
        var touched = await database.Volumes
            .Where(volume => volume.Id == snapshot.VolumeId && volume.DeletedAt == null)
            .Where(volume => allowed.Contains(volume.Status))
            .ExecuteUpdateAsync(
                set => set.SetProperty(volume => volume.UpdatedAt, snapshot.CreatedAt), cancellationToken);
        if (touched == 0)
            throw await RefusalAsync(snapshot.VolumeId, allowed, cancellationToken);
        database.Snapshots.Add(snapshot);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }

    private async Task<ApiFaultException> RefusalAsync(Guid id, string[] allowed, CancellationToken cancellationToken)
    {
        var status = await database.Volumes.Where(volume => volume.Id == id).Select(volume => volume.Status)
            .SingleAsync(cancellationToken);
        return Fault.InvalidVolume(status == VolumeStatus.Error
            ? "The snapshot cannot be created when the volume is in error status."
            : $"Volume {id} status must be {string.Join(", ", allowed)}, but current status is: {status}.");
    }
}
