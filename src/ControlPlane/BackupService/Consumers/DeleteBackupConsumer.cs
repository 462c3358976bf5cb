using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Workflows;
using MassTransit;

namespace BackupEngine.ControlPlane.BackupService.Consumers;

/// <summary>
/// Step 6 of a delete: takes the record and acknowledges at once; the work goes on without the message.
/// </summary>
public sealed class DeleteBackupConsumer(BackupIntake intake) : IConsumer<DeleteBackup>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<DeleteBackup> context) =>
        intake.TakeAsync(context.Message.BackupId, WorkflowKind.Delete, context.CancellationToken);
}
