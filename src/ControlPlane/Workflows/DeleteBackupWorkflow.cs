using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.DataPlane;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// Removes a backup: the steps of docs/workflow.md for delete. Nothing is undone: what is removed stays removed, and
/// the delete may be asked for again.
/// </summary>
internal sealed class DeleteBackupWorkflow(WorkflowRun run) : IBackupWorkflow
{
    /// <inheritdoc/>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        await RemoveDataAsync(cancellationToken);          // 12
        await DropBasePointAsync(cancellationToken);       // 16
        await MakeDeletedAsync(cancellationToken);         // 18
    }

    /// <inheritdoc/>
    public Task FailAsync(string reason, CancellationToken cancellationToken) => run.Record.InTransactionAsync(
        async (database, token) =>
        {
            await run.Record.MineUnderWay(database).ExecuteUpdateAsync(
                set => set.SetProperty(b => b.Status, BackupStatus.Error)
                    .SetProperty(b => b.FailReason, reason)
                    .SetProperty(b => b.UpdatedAt, run.Record.UtcNow),
                token);
            await UserMessage.AddAsync(
                database, run.Backup, run.Claim.Kind, reason, run.Record.UtcNow, token);
            await run.NotifyFailureAsync(database, token);
            await run.Record.EndClaimAsync(database, token);
        },
        cancellationToken);

    private async Task RemoveDataAsync(CancellationToken cancellationToken)
    {
        if (!await ReachedRepositoryAsync(cancellationToken))
            await run.Steps.SkipAsync(WorkflowStep.RemoveData, "it never reached the repository", cancellationToken);
        else if (await OtherRecordAsync(cancellationToken) is { } other)
            await run.Steps.SkipAsync(
                WorkflowStep.RemoveData, $"the record {other} has the same data; they go with it", cancellationToken);
        else
            await run.Steps.RunAsync(
                WorkflowStep.RemoveData,
                new StepFacts().With("repository", run.Options.Repository!),
                token => run.DataPlane.DeleteBackupAsync(
                    run.Options.Repository!,
                    run.Backup.StoredId(),
                    run.Claimed,
                    keepCheckpoints: false,
                    run.Logger,
                    run.Time,
                    token),
                cancellationToken);
    }

    /// <summary>
    /// Data are in the repository only if a transfer was ever started; the log keeps every line of the backup.
    /// </summary>
    private Task<bool> ReachedRepositoryAsync(CancellationToken cancellationToken) => run.Record.QueryAsync(
        async (database, token) => run.Backup.StoredAs is not null || await database.BackupSteps.AnyAsync(
            line => line.BackupId == run.Backup.Id && line.Name == WorkflowStep.TransferData.Name, token),
        cancellationToken);

    /// <summary>
    /// A record that was imported over the same data. One that is being deleted does not count: of two that are deleted
    /// at once each removes the data, and what is gone already is no error; so the last one never leaves them behind.
    /// </summary>
    private Task<Guid?> OtherRecordAsync(CancellationToken cancellationToken)
    {
        var stored = run.Backup.StoredId();
        return run.Record.QueryAsync(
            (database, token) => database.Backups
                .Where(other => other.Id != run.Backup.Id && other.DeletedAt == null)
                .Where(other => other.Status != BackupStatus.Deleting && other.Status != BackupStatus.Deleted)
                .Where(other => other.StoredAs == stored || (other.Id == stored && other.StoredAs == null))
                .Select(other => (Guid?)other.Id)
                .FirstOrDefaultAsync(token),
            cancellationToken);
    }

    private async Task DropBasePointAsync(CancellationToken cancellationToken)
    {
        if (run.Backup.BaseToken.Length == 0)
            await run.Steps.SkipAsync(WorkflowStep.DropBasePoint, "it has no base point", cancellationToken);
        else if (run.Volume is not { } volume)
            await run.Steps.SkipAsync(
                WorkflowStep.DropBasePoint, "the volume was deleted, and its base points with it", cancellationToken);
        else
            await run.Steps.RunAsync(
                WorkflowStep.DropBasePoint,
                new StepFacts().With("volume_host", volume.Host),
                token => run.Volumes.SettleBasePointAsync(
                    volume.Host,
                    new SettleBasePoint { BackupId = run.Backup.Id, VolumeId = volume.Id, Keep = false },
                    token),
                cancellationToken);
    }

    private Task MakeDeletedAsync(CancellationToken cancellationToken) => run.Steps.CommitAsync(
        WorkflowStep.RecordUpdated,
        async (database, token) =>
        {
            var deleted = await run.Record.MineUnderWay(database).ExecuteUpdateAsync(
                set => set.SetProperty(b => b.Status, BackupStatus.Deleted)
                    .SetProperty(b => b.DeletedAt, run.Record.UtcNow)
                    .SetProperty(b => b.FailReason, (string?)null)
                    .SetProperty(b => b.UpdatedAt, run.Record.UtcNow),
                token);
            // An operator may have given it another status at this moment: then it is not told to be deleted.
            await (deleted > 0 ? run.NotifyEndAsync(database, token) : run.NotifyFailureAsync(database, token));
            await run.Record.EndClaimAsync(database, token);
        },
        cancellationToken);
}
