using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.VolumeService.Consumers;

/// <summary>Answers what changed since the base of the parent.</summary>
internal sealed class GetChangedBlocksConsumer(BasePointKeeper keeper) : IConsumer<GetChangedBlocks>
{
    public Task Consume(ConsumeContext<GetChangedBlocks> context) =>
        context.AnswerAsync(async token => await keeper.GetChangedBlocksAsync(context.Message, token));
}
