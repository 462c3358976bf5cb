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

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>Makes volumes larger.</summary>
internal sealed class VolumeExtension(
    EngineDatabase database, QuotaGate quota, CommandDispatch commands, TimeProvider clock)
{
    /// <summary>Begins to extend a volume; only one that is available.</summary>
    public async Task ExtendAsync(ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        VolumeBodies.Extend.Require(body);
        var sizeGiB = SizeSchema.Read(body["os-extend"]!["new_size"])!.Value;
        var volume = await database.FindVolumeAsync(request, id, PolicyRules.VolumeExtend, cancellationToken);
        if (sizeGiB <= volume.SizeGiB)
            throw Fault.InvalidInput(
                "New size for extend must be greater than current size. " +
                $"(current: {volume.SizeGiB}, extended: {sizeGiB}).");
        await using (var transaction = await database.Database.BeginTransactionAsync(cancellationToken))
        {
            await quota.RequireGrowthAsync(volume.ProjectId, volume.SizeGiB, sizeGiB, cancellationToken);
            await BeginAsync(volume, sizeGiB, cancellationToken);
            await transaction.CommitAsync(cancellationToken);
        }

        await commands.ToVolumeServiceAsync(
            volume.Host,
            new ExtendVolume { VolumeId = volume.Id },
            () => database.MarkVolumeCommandSentAsync(volume.Id, clock));
    }

    private async Task BeginAsync(VolumeEntity volume, int sizeGiB, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await database.Volumes
            .Where(row => row.Id == volume.Id && row.DeletedAt == null && row.Status == VolumeStatus.Available)
            .Where(row => row.SizeGiB == volume.SizeGiB)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, VolumeStatus.Extending)
                    .SetProperty(row => row.TargetSizeGiB, sizeGiB)
                    .SetProperty(row => row.CommandSentAt, (DateTime?)null)
                    .SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (changed > 0)
            return;
        var status = await database.Volumes.Where(row => row.Id == volume.Id).Select(row => row.Status)
            .SingleAsync(cancellationToken);
        throw Fault.InvalidVolume(
            $"Volume {volume.Id} status must be '{VolumeStatus.Available}' to extend, currently {status}.");
    }
}
