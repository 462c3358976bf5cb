using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>Answers what a backup reads (steps 7 and 8).</summary>
internal sealed class GetBackupDeviceConsumer(BackupDevices devices) : IConsumer<GetBackupDevice>
{
    public Task Consume(ConsumeContext<GetBackupDevice> context) =>
        context.AnswerAsync(token => devices.GetAsync(context.Message.BackupId, token));
}
