using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Quotas;

/// <summary>Counts what a project has.</summary>
internal static class QuotaCounter
{
    /// <summary>Counts the records that exist.</summary>
    public static async Task<QuotaUse> CountUseAsync(
        this EngineDatabase database, string projectId, CancellationToken cancellationToken)
    {
        var volumes = await database.CountUseAsync(projectId, QuotaResource.OfVolumes, cancellationToken);
        var backups = await database.CountUseAsync(projectId, QuotaResource.OfBackups, cancellationToken);
        return volumes with { Backups = backups.Backups, BackupGigabytes = backups.BackupGigabytes };
    }

    /// <summary>Counts either volumes and snapshots, or backups.</summary>
    public static Task<QuotaUse> CountUseAsync(
        this EngineDatabase database,
        string projectId,
        IReadOnlyList<string> resources,
        CancellationToken cancellationToken) => resources == QuotaResource.OfBackups
            ? database.CountBackupsAsync(projectId, cancellationToken)
            : database.CountVolumesAsync(projectId, cancellationToken);

    private static async Task<QuotaUse> CountVolumesAsync(
        this EngineDatabase database, string projectId, CancellationToken cancellationToken)
    {
        var volumes = await database.Volumes.Where(row => row.ProjectId == projectId && row.DeletedAt == null)
            .GroupBy(_ => 1)
            .Select(rows => new
            {
                Count = rows.Count(),
                Size = rows.Sum(row => (long)(row.TargetSizeGiB ?? row.SizeGiB)),
            })
            .SingleOrDefaultAsync(cancellationToken);
        var snapshots = await database.Snapshots.Where(row => row.ProjectId == projectId && row.DeletedAt == null)
            .GroupBy(_ => 1)
            .Select(rows => new { Count = rows.Count(), Size = rows.Sum(row => (long)row.SizeGiB) })
            .SingleOrDefaultAsync(cancellationToken);
        return new QuotaUse
        {
            Volumes = volumes?.Count ?? 0,
            Snapshots = snapshots?.Count ?? 0,
            Gigabytes = (volumes?.Size ?? 0) + (snapshots?.Size ?? 0),
        };
    }

    private static async Task<QuotaUse> CountBackupsAsync(
        this EngineDatabase database, string projectId, CancellationToken cancellationToken)
    {
        var backups = await database.Backups.Where(row => row.ProjectId == projectId && row.DeletedAt == null)
            .GroupBy(_ => 1)
            .Select(rows => new { Count = rows.Count(), Size = rows.Sum(row => (long)row.SizeGiB) })
            .SingleOrDefaultAsync(cancellationToken);
        return new QuotaUse { Backups = backups?.Count ?? 0, BackupGigabytes = backups?.Size ?? 0 };
    }
}
