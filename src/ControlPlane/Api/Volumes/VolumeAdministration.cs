using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>What administrators, or owners, set right on a volume without touching its data.</summary>
internal sealed class VolumeAdministration(EngineDatabase database, VolumeDeletion deletion, TimeProvider clock)
{
    /// <summary>Sets the status, whatever it is.</summary>
    public async Task ResetStatusAsync(
        ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        VolumeBodies.ResetStatus.Require(body);
        var status = body["os-reset_status"]!["status"]!.Text;
        var volume = await database.FindVolumeAsync(request, id, PolicyRules.VolumeResetStatus, cancellationToken);
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await database.Volumes.Where(row => row.Id == volume.Id && row.DeletedAt == null)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, status)
                    .SetProperty(row => row.PreviousStatus, (string?)null)
                    .SetProperty(row => row.TargetSizeGiB, (int?)null)
                    .SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (changed == 0)
            throw Fault.VolumeNotFound(id);
    }

    /// <summary>Removes a volume in nearly any status.</summary>
    public Task ForceDeleteAsync(ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        VolumeBodies.ForceDelete.Require(body);
        return deletion.ForceDeleteAsync(request, id, cancellationToken);
    }

    /// <summary>Says whether a server may start from a volume.</summary>
    public async Task SetBootableAsync(
        ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        VolumeBodies.SetBootable.Require(body);
        var bootable = TruthSchema.Read(body["os-set_bootable"]!["bootable"])!.Value;
        var volume = await database.FindVolumeAsync(request, id, PolicyRules.VolumeUpdate, cancellationToken);
        var now = clock.GetUtcNow().UtcDateTime;
        await database.Volumes.Where(row => row.Id == volume.Id && row.DeletedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Bootable, bootable).SetProperty(row => row.UpdatedAt, now),
            cancellationToken);
    }
}
