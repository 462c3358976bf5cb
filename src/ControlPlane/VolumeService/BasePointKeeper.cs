using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>What becomes of base points, and what changed between two.</summary>
internal sealed class BasePointKeeper(
    IDbContextFactory<EngineDatabase> databases, IVolumeDriver driver, ILogger<BasePointKeeper> log)
{
    /// <summary>What changed on the device of a backup since the base point of its parent.</summary>
    public async Task<ChangedBlocks> GetChangedBlocksAsync(
        GetChangedBlocks request, CancellationToken cancellationToken)
    {
        var changed = await driver.GetChangedBlocksAsync(
            request.VolumeId, request.ParentBaseToken, request.BackupId, cancellationToken);
        if (changed.Known)
            log.LogInformation("Backup {BackupId} of volume {VolumeId}: {Count} changed extents with {Bytes} bytes",
                request.BackupId,
                request.VolumeId,
                changed.Extents.Count,
                changed.Extents.Sum(extent => extent.LengthBytes));
        else
            log.LogWarning(
                "Backup {BackupId} of volume {VolumeId}: changed blocks are unknown, everything is read: {Reason}",
                request.BackupId, request.VolumeId, changed.Reason);
        return changed;
    }

    /// <summary>Keeps the base point of a backup and lets those go that it replaces; or lets its own go.</summary>
    public async Task SettleAsync(SettleBasePoint request, CancellationToken cancellationToken)
    {
        if (request.Keep)
            await DropReplacedAsync(request.VolumeId, request.BackupId, cancellationToken);
        else
            await driver.DropBasePointAsync(request.VolumeId, request.BackupId, cancellationToken);
    }

    // Not those of backups that are under way, nor of later ones: this request may have been delayed.
    private async Task DropReplacedAsync(Guid volumeId, Guid backupId, CancellationToken cancellationToken)
    {
        var existing = await driver.ListBasePointsAsync(cancellationToken);
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var madeAt = await database.Backups.Where(b => b.Id == backupId)
            .Select(b => (DateTime?)b.CreatedAt).SingleOrDefaultAsync(cancellationToken)
            ?? throw new RefusedException($"There is no record of backup {backupId}: no base point was changed.");
        var needed = await database.Backups
            .Where(b => b.VolumeId == volumeId && b.DeletedAt == null
                && (b.Status == BackupStatus.Creating || b.CreatedAt > madeAt)
                && (b.Status == BackupStatus.Creating || b.Status == BackupStatus.Available
                    || b.Status == BackupStatus.Restoring))
            .Select(b => b.Id).ToListAsync(cancellationToken);
        foreach (var point in existing.Where(point => point.VolumeId == volumeId && point.BackupId != backupId))
        {
            if (!needed.Contains(point.BackupId))
                await driver.DropBasePointAsync(volumeId, point.BackupId, cancellationToken);
        }
    }
}
