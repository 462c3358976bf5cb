using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>What a project uses.</summary>
internal static class ProjectUse
{
    /// <summary>Counts it.</summary>
    public static async Task<AbsoluteLimitsView> CountAsync(
        EngineDatabase database, string projectId, CancellationToken cancellationToken)
    {
        var volumes = database.Volumes.Where(volume => volume.ProjectId == projectId && volume.DeletedAt == null);
        var snapshots = database.Snapshots.Where(
            snapshot => snapshot.ProjectId == projectId && snapshot.DeletedAt == null);
        var backups = database.Backups.Where(backup => backup.ProjectId == projectId && backup.DeletedAt == null);
        return new AbsoluteLimitsView
        {
            TotalVolumesUsed = await volumes.CountAsync(cancellationToken),
            TotalSnapshotsUsed = await snapshots.CountAsync(cancellationToken),
            TotalBackupsUsed = await backups.CountAsync(cancellationToken),
            TotalGigabytesUsed = await volumes.SumAsync(volume => (long)volume.SizeGiB, cancellationToken)
                + await snapshots.SumAsync(snapshot => (long)snapshot.SizeGiB, cancellationToken),
            TotalBackupGigabytesUsed = await backups.SumAsync(backup => (long)backup.SizeGiB, cancellationToken),
        };
    }
}
