using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Workflows;
using MassTransit;

namespace BackupEngine.ControlPlane.BackupService.Consumers;

/// <summary>
/// Step 6 of a restore: takes the record and acknowledges at once; the work goes on without the message.
/// </summary>
public sealed class RestoreBackupConsumer(BackupIntake intake) : IConsumer<RestoreBackup>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<RestoreBackup> context) =>
        intake.TakeAsync(context.Message.BackupId, WorkflowKind.Restore, context.CancellationToken);
}
