using BackupEngine.ControlPlane.Api.Commands;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Snapshots;

/// <summary>Removes snapshots.</summary>
internal sealed class SnapshotDeletion(EngineDatabase database, CommandDispatch commands, TimeProvider clock)
{
    private static readonly string[] Deletable = [SnapshotStatus.Available, SnapshotStatus.Error];

    private static readonly string[] DeletableByForce =
        [.. Deletable, SnapshotStatus.Creating, SnapshotStatus.Deleting, SnapshotStatus.BackingUp];

    /// <summary>Begins to remove a snapshot that nothing reads.</summary>
    /// <exception cref="ApiFaultException">404, or 400 for its status.</exception>
    public Task DeleteAsync(ApiRequest request, string id, CancellationToken cancellationToken) =>
        DeleteAsync(request, id, PolicyRules.SnapshotDelete, Deletable, cancellationToken);

    /// <summary>Begins to remove a snapshot in any status.</summary>
    public Task ForceDeleteAsync(ApiRequest request, string id, CancellationToken cancellationToken) =>
        DeleteAsync(request, id, PolicyRules.SnapshotForceDelete, DeletableByForce, cancellationToken);

    private async Task DeleteAsync(
        ApiRequest request, string id, PolicyRule rule, string[] allowed, CancellationToken cancellationToken)
    {
        var snapshot = await database.FindSnapshotAsync(request, id, rule, cancellationToken);
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await database.Snapshots
            .Where(row => row.Id == snapshot.Id && row.DeletedAt == null && allowed.Contains(row.Status))
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, SnapshotStatus.Deleting)
                    .SetProperty(row => row.UpdatedAt, now)
                    .SetProperty(row => row.CommandSentAt, (DateTime?)null),
                cancellationToken);
        if (changed == 0)
            throw Fault.InvalidSnapshot("Snapshot status must be available or error and must not be part of a group.");
        var host = await database.Volumes.Where(volume => volume.Id == snapshot.VolumeId).Select(volume => volume.Host)
            .SingleAsync(cancellationToken);
        await commands.ToVolumeServiceAsync(
            host, new DeleteSnapshot { SnapshotId = snapshot.Id },
            () => database.MarkSnapshotCommandSentAsync(snapshot.Id, clock));
    }
}
