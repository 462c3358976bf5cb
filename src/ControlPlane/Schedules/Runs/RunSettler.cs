using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Schedules.Runs;

/// <summary>Ends the runs whose backups have ended.</summary>
internal sealed class RunSettler(IDbContextFactory<EngineDatabase> databases)
{
    private const int MostRuns = 500;

    /// <summary>Ends each with what became of its backup.</summary>
    public async Task SettleAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var ended = await
            (from run in database.BackupPolicyRuns.AsNoTracking()
             where run.Status == BackupPolicyRunStatus.Running
             from backup in database.Backups.Where(row => row.Id == run.BackupId).DefaultIfEmpty()
             where backup == null || backup.Status != BackupStatus.Creating
             orderby run.StartAt
             select new { Run = run, Backup = backup })
            .Take(MostRuns).ToListAsync(cancellationToken);
        foreach (var item in ended)
        {
            var (status, reason) = OutcomeOf(item.Run, item.Backup);
            item.Run.Incremental &= item.Backup?.ParentId is not null;
            await database.EndAsync(item.Run, status, reason, cancellationToken);
        }
    }

    private static (string Status, string? Reason) OutcomeOf(BackupPolicyRunEntity run, BackupEntity? backup)
    {
        if (backup is null)
            return (BackupPolicyRunStatus.Failed, "the record of the backup is gone");
        if (WasMade(backup))
            return (BackupPolicyRunStatus.Succeeded, run.Incremental && backup.ParentId is null
                ? "a full backup: there was none to base an incremental on"
                : null);
        return (BackupPolicyRunStatus.Failed, backup.Status == BackupStatus.Error
            ? backup.FailReason ?? "the backup ended in the status error"
            : "the backup was deleted before it was made");
    }

    /// <summary>Whatever became of it since.</summary>
    private static bool WasMade(BackupEntity backup) =>
        backup.Status is BackupStatus.Available or BackupStatus.Restoring || backup.StatisticsJson is not null;
}
