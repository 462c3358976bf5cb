using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>Removes an export (steps 14 and 15).</summary>
internal sealed class DisconnectDeviceConsumer(DeviceExports exports) : IConsumer<DisconnectDevice>
{
    public Task Consume(ConsumeContext<DisconnectDevice> context) =>
        context.AnswerAsync(async token =>
        {
            await exports.DisconnectAsync(context.Message, token);
            return new DeviceDisconnected { AttachmentId = context.Message.AttachmentId };
        });
}
