using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Schedules.Runs;

/// <summary>Ends runs, each once: by a conditional update of its status.</summary>
internal static class RunOutcomes
{
    private const int LongestReason = 255;

    /// <summary>Ends a run that was in a status.</summary>
    /// <param name="database">The database.</param>
    /// <param name="run">The run, in the status that it is to be in still.</param>
    /// <param name="status">How it ends.</param>
    /// <param name="reason">Why; null: nothing is to be said.</param>
    /// <param name="cancellationToken">Ends it before anything is changed.</param>
    /// <returns>Whether it was ended here; false: another host did.</returns>
    public static async Task<bool> EndAsync(
        this EngineDatabase database,
        BackupPolicyRunEntity run,
        string status,
        string? reason,
        CancellationToken cancellationToken)
    {
        var text = reason is { Length: > LongestReason } ? reason[..LongestReason] : reason;
        var ended = await database.BackupPolicyRuns
            .Where(row => row.Id == run.Id && row.Status == run.Status)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, status)
                    .SetProperty(row => row.Reason, text)
                    .SetProperty(row => row.Incremental, run.Incremental)
                    .SetProperty(row => row.RetentionDue, run.BackupId != null)
                    .SetProperty(row => row.EndedAt, row => DateTime.UtcNow),
                cancellationToken) > 0;
        if (ended)
            ScheduleTelemetry.CountEnded(status);
        return ended;
    }

    /// <summary>Ends a run whose backup was refused, and tells the user.</summary>
    /// <param name="database">The database.</param>
    /// <param name="run">The run.</param>
    /// <param name="reason">The refusal.</param>
    /// <param name="detail">Number of the detail of the message.</param>
    /// <param name="cancellationToken">Ends it before anything is changed.</param>
    public static async Task RefuseAsync(
        this EngineDatabase database,
        BackupPolicyRunEntity run,
        string reason,
        string detail,
        CancellationToken cancellationToken)
    {
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        if (!await database.EndAsync(run, BackupPolicyRunStatus.Failed, reason, cancellationToken))
            return;
        var now = await database.UtcNowAsync(cancellationToken);
        UserMessage.AddRefusedBackup(database, run.ProjectId, run.VolumeId, detail, now);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
    }
}
