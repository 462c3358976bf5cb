using BackupEngine.ControlPlane.Contracts;
using MassTransit;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Answers as a volume service does. Connectors of the host <c>refused</c> are refused.</summary>
public sealed class FakeVolumeService : IConsumer<ExposeDevice>, IConsumer<DisconnectDevice>
{
    public Task Consume(ConsumeContext<ExposeDevice> context) => context.Message.Connector.Host == "refused"
        ? context.RespondAsync(new VolumeRequestRefused { Reason = "/secret/path is not there" })
        : context.RespondAsync(new DeviceExposed
        {
            AttachmentId = context.Message.AttachmentId,
            Connection =
                new DeviceConnectionInfo { Type = "local", Path = $"/dev/loop-{context.Message.AttachmentId}" },
            SizeBytes = 1 << 30,
            ReadsAsZero = false,
        });

    public Task Consume(ConsumeContext<DisconnectDevice> context) =>
        context.RespondAsync(new DeviceDisconnected { AttachmentId = context.Message.AttachmentId });
}
