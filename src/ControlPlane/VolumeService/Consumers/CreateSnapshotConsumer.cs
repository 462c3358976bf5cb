using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>Takes the command to take a snapshot. The work goes on after the message has been acknowledged.</summary>
internal sealed class CreateSnapshotConsumer(LifecycleWork work) : IConsumer<CreateSnapshot>
{
    public Task Consume(ConsumeContext<CreateSnapshot> context)
    {
        work.CreateSnapshot(context.Message.SnapshotId);
        return Task.CompletedTask;
    }
}
