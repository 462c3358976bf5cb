using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Snapshots;

/// <summary>What <c>POST /snapshots/{id}/action</c> does, for administrators.</summary>
internal sealed class SnapshotActions(EngineDatabase database, SnapshotDeletion deletion, TimeProvider clock)
{
    /// <summary>Of the action <c>os-reset_status</c>.</summary>
    public static readonly Schema ResetStatus = ObjectSchema.Body("os-reset_status", new ObjectSchema
    {
        Properties =
        [
            ("status", new TextSchema
            {
                Nullable = false,
                OneOf = [SnapshotStatus.Available, SnapshotStatus.Error],
            }),
        ],
        Required = ["status"],
    });

    /// <summary>Of the action <c>os-force_delete</c>.</summary>
    public static readonly Schema ForceDelete = ObjectSchema.Body("os-force_delete", BodyFields.Anything);

    /// <summary>Carries out the one action that a body names.</summary>
    public async Task ActAsync(ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        switch (ActionBody.NameOf(body))
        {
            case "os-reset_status":
                ResetStatus.Require(body);
                await ResetAsync(request, id, body["os-reset_status"]!["status"]!.Text, cancellationToken);
                break;
            case "os-force_delete":
                ForceDelete.Require(body);
                await deletion.ForceDeleteAsync(request, id, cancellationToken);
                break;
            case var unknown:
                throw ActionBody.Unknown(unknown);
        }
    }

    private async Task ResetAsync(ApiRequest request, string id, string status, CancellationToken cancellationToken)
    {
        var snapshot = await database.FindSnapshotAsync(
            request, id, PolicyRules.SnapshotResetStatus, cancellationToken);
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await database.Snapshots.Where(row => row.Id == snapshot.Id && row.DeletedAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, status).SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (changed == 0)
            throw Fault.SnapshotNotFound(id);
    }
}
