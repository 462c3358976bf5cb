using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Scheduling;
using MassTransit;

namespace BackupEngine.ControlPlane.BackupService.Consumers;

/// <summary>
/// Step 6 of a backup: takes what is this host's turn, this record or another, and acknowledges at once; the work goes
/// on without the message.
/// </summary>
public sealed class CreateBackupConsumer(BackupDispatcher dispatcher) : IConsumer<CreateBackup>
{
    /// <inheritdoc/>
    public Task Consume(ConsumeContext<CreateBackup> context) =>
        dispatcher.DispatchAsync(context.CancellationToken);
}
