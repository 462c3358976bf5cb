using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>Takes the command to make a volume. The work goes on after the message has been acknowledged.</summary>
internal sealed class CreateVolumeConsumer(LifecycleWork work) : IConsumer<CreateVolume>
{
    public Task Consume(ConsumeContext<CreateVolume> context)
    {
        work.CreateVolume(context.Message.VolumeId);
        return Task.CompletedTask;
    }
}
