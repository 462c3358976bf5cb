using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>Keeps or drops the base point of a backup.</summary>
internal sealed class SettleBasePointConsumer(BasePointKeeper keeper) : IConsumer<SettleBasePoint>
{
    public Task Consume(ConsumeContext<SettleBasePoint> context) =>
        context.AnswerAsync(async token =>
        {
            await keeper.SettleAsync(context.Message, token);
            return new BasePointSettled { BackupId = context.Message.BackupId };
        });
}
