using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>Takes the command to remove a volume. The work goes on after the message has been acknowledged.</summary>
internal sealed class DeleteVolumeConsumer(LifecycleWork work) : IConsumer<DeleteVolume>
{
    public Task Consume(ConsumeContext<DeleteVolume> context)
    {
        work.DeleteVolume(context.Message.VolumeId);
        return Task.CompletedTask;
    }
}
