using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>Takes the command to remove a snapshot. The work goes on after the message has been acknowledged.</summary>
internal sealed class DeleteSnapshotConsumer(LifecycleWork work) : IConsumer<DeleteSnapshot>
{
    public Task Consume(ConsumeContext<DeleteSnapshot> context)
    {
        work.DeleteSnapshot(context.Message.SnapshotId);
        return Task.CompletedTask;
    }
}
