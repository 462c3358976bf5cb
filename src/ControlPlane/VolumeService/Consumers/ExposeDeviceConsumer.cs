using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>Exports a device (steps 9 and 10).</summary>
internal sealed class ExposeDeviceConsumer(DeviceExports exports) : IConsumer<ExposeDevice>
{
    public Task Consume(ConsumeContext<ExposeDevice> context) =>
        context.AnswerAsync(async token => await exports.ExposeAsync(context.Message, token));
}
