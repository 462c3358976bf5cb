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
        var backups = await database.Backups.Where(row => row.ProjectId == projectId && row.DeletedAt == null)
            .GroupBy(_ => 1)
            .Select(rows => new { Count = rows.Count(), Size = rows.Sum(row => (long)row.SizeGiB) })
            .SingleOrDefaultAsync(cancellationToken);
        return new QuotaUse
        {
            Volumes = volumes?.Count ?? 0,
            Snapshots = snapshots?.Count ?? 0,
            Backups = backups?.Count ?? 0,
            Gigabytes = (volumes?.Size ?? 0) + (snapshots?.Size ?? 0),
            BackupGigabytes = backups?.Size ?? 0,
        };
    }
}
