using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>
/// Takes the command to make a volume larger. The work goes on after the message has been acknowledged.
/// </summary>
internal sealed class ExtendVolumeConsumer(LifecycleWork work) : IConsumer<ExtendVolume>
{
    public Task Consume(ConsumeContext<ExtendVolume> context)
    {
        work.ExtendVolume(context.Message.VolumeId);
        return Task.CompletedTask;
    }
}
