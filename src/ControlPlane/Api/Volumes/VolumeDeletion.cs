using BackupEngine.ControlPlane.Api.Commands;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>Removes volumes.</summary>
internal sealed class VolumeDeletion(EngineDatabase database, CommandDispatch commands, TimeProvider clock)
{
    private const string Refusal =
        "Volume status must be available or error or error_restoring or error_extending or error_managing and must " +
        "not be migrating, attached, belong to a group, have snapshots, awaiting a transfer, or be disassociated " +
        "from snapshots after volume transfer.";

    private static readonly string[] Deletable =
        [VolumeStatus.Available, VolumeStatus.Error, VolumeStatus.ErrorRestoring, VolumeStatus.ErrorExtending];

    private static readonly string[] DeletableByForce =
    [
        .. Deletable, VolumeStatus.Creating, VolumeStatus.Deleting, VolumeStatus.Extending, VolumeStatus.BackingUp,
        VolumeStatus.RestoringBackup,
    ];

    /// <summary>Begins to remove a volume that is not in use and has no snapshots.</summary>
    /// <exception cref="ApiFaultException">404, or 400 for its status.</exception>
    public Task DeleteAsync(ApiRequest request, string id, CancellationToken cancellationToken) =>
        DeleteAsync(request, id, PolicyRules.VolumeDelete, Deletable, cancellationToken);

    /// <summary>
    /// Begins to remove a volume in any status but <c>in-use</c>. What reads or writes it at the time fails, and its
    /// device goes when it has let go of it.
    /// </summary>
    public Task ForceDeleteAsync(ApiRequest request, string id, CancellationToken cancellationToken) =>
        DeleteAsync(request, id, PolicyRules.VolumeForceDelete, DeletableByForce, cancellationToken);

    private async Task DeleteAsync(
        ApiRequest request, string id, PolicyRule rule, string[] allowed, CancellationToken cancellationToken)
    {
        var volume = await database.FindVolumeAsync(request, id, rule, cancellationToken);
        if (!await BeginAsync(volume.Id, allowed, cancellationToken))
            throw Fault.InvalidVolume(Refusal);
        await commands.ToVolumeServiceAsync(
            volume.Host,
            new DeleteVolume { VolumeId = volume.Id },
            () => database.MarkVolumeCommandSentAsync(volume.Id, clock));
    }

    private async Task<bool> BeginAsync(Guid id, string[] allowed, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await database.LockVolumeAsync(id, cancellationToken);
        var changed = await database.Volumes
            .Where(row => row.Id == id && row.DeletedAt == null && allowed.Contains(row.Status))
            .Where(row => !database.Snapshots.Any(other => other.VolumeId == row.Id && other.DeletedAt == null))
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, VolumeStatus.Deleting)
                    .SetProperty(row => row.UpdatedAt, now)
                    .SetProperty(row => row.CommandSentAt, (DateTime?)null),
                cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return changed > 0;
    }
}
