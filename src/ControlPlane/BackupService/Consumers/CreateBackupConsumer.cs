using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Workflows;
using MassTransit;

namespace BackupEngine.ControlPlane.BackupService.Consumers;

/// <summary>
/// Step 6 of a backup: takes the record and acknowledges at once; the work goes on without the message.
/// </summary>
public sealed class CreateBackupConsumer(BackupIntake intake) : IConsumer<CreateBackup>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<CreateBackup> context) =>
        intake.TakeAsync(context.Message.BackupId, WorkflowKind.Create, context.CancellationToken);
}
