using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>Makes volumes larger; what is added reads as zeros.</summary>
internal sealed class VolumeGrowth(
    IDbContextFactory<EngineDatabase> databases,
    IVolumeDriver driver,
    EngineOptions options,
    TimeProvider time,
    ILogger<VolumeGrowth> log)
{
    /// <summary>
    /// Extends a volume to the size of its record; nothing is done where the record is not <c>extending</c> here.
    /// </summary>
    public async Task ExtendAsync(Guid volumeId, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var volume = await Waiting(database).SingleOrDefaultAsync(v => v.Id == volumeId, cancellationToken);
        if (volume?.TargetSizeGiB is not { } sizeGiB)
            return;
        var device = new DeviceReference { Kind = DeviceKind.Volume, Id = volumeId, VolumeId = volumeId };
        try
        {
            await driver.ExtendAsync(device, VolumeSize.InBytes(sizeGiB), cancellationToken);
        }
        catch (VolumeDriverException e)
        {
            log.LogError(e, "Volume {VolumeId} could not be made {SizeGiB} GiB large", volumeId, sizeGiB);
            await EndAsync(database, volume, VolumeStatus.ErrorExtending, volume.SizeGiB, e.Message, cancellationToken);
            return;
        }

        await EndAsync(
            database, volume, VolumeStatus.Available, sizeGiB, failReason: null, cancellationToken);
        log.LogInformation("Volume {VolumeId} has {SizeGiB} GiB now", volumeId, sizeGiB);
    }

    /// <summary>Volumes of this host that are to grow.</summary>
    public async Task<IReadOnlyList<Guid>> ListAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await Waiting(database).Select(v => v.Id).ToListAsync(cancellationToken);
    }

    private IQueryable<VolumeEntity> Waiting(EngineDatabase database)
    {
        var host = options.Host;
        return database.Volumes.AsNoTracking()
            .Where(v => v.Status == VolumeStatus.Extending && v.Host == host && v.DeletedAt == null);
    }

    private Task<int> EndAsync(
        EngineDatabase database,
        VolumeEntity volume,
        string status,
        int sizeGiB,
        string? failReason,
        CancellationToken cancellationToken)
    {
        var now = time.GetUtcNow().UtcDateTime;
        return database.Volumes
            .Where(v => v.Id == volume.Id && v.Status == VolumeStatus.Extending
                && v.TargetSizeGiB == volume.TargetSizeGiB)
            .ExecuteUpdateAsync(
                set => set.SetProperty(v => v.Status, status)
                    .SetProperty(v => v.SizeGiB, sizeGiB)
                    .SetProperty(v => v.TargetSizeGiB, (int?)null)
                    .SetProperty(v => v.FailReason, failReason)
                    .SetProperty(v => v.UpdatedAt, now),
                cancellationToken);
    }
}
