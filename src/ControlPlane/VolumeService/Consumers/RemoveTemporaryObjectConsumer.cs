using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>Removes the temporary object of a backup (steps 16 and 17).</summary>
internal sealed class RemoveTemporaryObjectConsumer(BackupDevices devices) : IConsumer<RemoveTemporaryObject>
{
    public Task Consume(ConsumeContext<RemoveTemporaryObject> context) =>
        context.AnswerAsync(async token =>
        {
            await devices.RemoveTemporaryAsync(context.Message.BackupId, context.Message.Device, token);
            return new TemporaryObjectRemoved { ObjectId = context.Message.Device.Id };
        });
}
