using BackupEngine.ControlPlane.Api.Queue;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Scheduling;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups.Extensions;

/// <summary>
/// Reads how far work has come: from the record, where the service that does it writes it, from the step log, and from
/// the queue. So every host of the API tells the same.
/// </summary>
internal sealed class ProgressReader(EngineDatabase database, BackupQueue queue)
{
    private const double MiB = 1 << 20;

    /// <summary>Of a backup: what its status says is under way.</summary>
    public Task<ProgressView> ReadAsync(BackupEntity backup, CancellationToken cancellationToken) =>
        ReadAsync(backup.Id, WorkflowKind.Of(backup.Status), backup, cancellationToken);

    /// <summary>Of a verification.</summary>
    public Task<ProgressView> ReadAsync(BackupVerificationEntity asked, CancellationToken cancellationToken) =>
        ReadAsync(
            asked.BackupId,
            asked.Status == VerificationStatus.Verifying ? WorkflowKind.Verify : null,
            asked,
            cancellationToken);

    private async Task<ProgressView> ReadAsync(
        Guid backupId, WorkflowKind? kind, IClaimedRecord record, CancellationToken cancellationToken)
    {
        var isQueued = kind is not null && record.LeaseExpiresAt is null;
        var place = isQueued && kind != WorkflowKind.Delete
            ? await PlaceAsync(backupId, kind!, cancellationToken)
            : null;
        var (done, total, speed) = kind is null
            ? (null, null, null)
            : (record.ProgressDoneBytes, record.ProgressTotalBytes, record.ProgressBytesPerSecond);
        return new ProgressView
        {
            Action = kind?.Name,
            State = kind is null ? "idle"
                : record.CancelRequestedAt is not null ? "cancelling"
                : isQueued ? "queued" : "running",
            Percent = total > 0 ? Math.Round(Math.Min(100, 100.0 * done!.Value / total.Value), 1) : null,
            BytesDone = done,
            BytesTotal = total > 0 ? total : null,
            MibPerSecond = speed is { } bytes ? Math.Round(bytes / MiB, 1) : null,
            EtaSeconds = total > 0 && speed > 0 ? Math.Max(0, total.Value - done!.Value) / speed.Value : null,
            UpdatedAt = kind is null ? null : record.ProgressAt,
            Step = kind is null ? null : await StepAsync(backupId, kind, cancellationToken),
            QueuePosition = place?.Position,
            WaitsFor = place?.WaitsFor ?? (isQueued ? "a backup service" : ""),
        };
    }

    private async Task<QueueEntryView?> PlaceAsync(
        Guid backupId, WorkflowKind kind, CancellationToken cancellationToken) =>
        QueueViews.Of(await queue.LookAsync(cancellationToken))
            .FirstOrDefault(entry => entry.BackupId == backupId && entry.Action == kind.Name);

    private Task<ProgressStepView?> StepAsync(
        Guid backupId, WorkflowKind kind, CancellationToken cancellationToken) => database.BackupSteps.AsNoTracking()
            .Where(line => line.BackupId == backupId && line.Workflow == kind.Name)
            .OrderByDescending(line => line.Sequence)
            .Select(line => new ProgressStepView(line.Step, line.Name, line.Outcome, line.Attempt, line.At))
            .FirstOrDefaultAsync(cancellationToken);
}
