using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using MassTransit;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>Has the volume service of a volume's host export the volume, and end that.</summary>
internal sealed class VolumeDevices(IClientFactory requests, EngineOptions options, ILogger<VolumeDevices> log)
{
    private RequestTimeout Timeout => RequestTimeout.After(s: options.VolumeRequestTimeoutSeconds);

    /// <summary>Exports a volume for an attachment, to a host. Asked twice, it is the same export.</summary>
    /// <exception cref="ApiFaultException">500: the service refused; 503: it did not answer.</exception>
    public async Task<DeviceConnectionInfo> ExposeAsync(
        VolumeEntity volume, Guid attachmentId, DeviceAccess access, string host, CancellationToken cancellationToken)
    {
        var message = new ExposeDevice
        {
            AttachmentId = attachmentId,
            Device = Reference(volume),
            Access = access,
            Connector = new Connector { Host = host },
        };
        var answer = await AskAsync<ExposeDevice, DeviceExposed>(
            volume, message, "Unable to fetch connection information from backend.", cancellationToken);
        return answer.Connection;
    }

    /// <summary>Removes the export of an attachment; one that is not there is removed already.</summary>
    /// <exception cref="ApiFaultException">500: the service refused; 503: it did not answer.</exception>
    public Task DisconnectAsync(VolumeEntity volume, Guid attachmentId, CancellationToken cancellationToken) =>
        AskAsync<DisconnectDevice, DeviceDisconnected>(
            volume,
            new DisconnectDevice { AttachmentId = attachmentId, Device = Reference(volume) },
            "Unable to terminate volume connection from backend.",
            cancellationToken);

    private async Task<TAnswer> AskAsync<TRequest, TAnswer>(
        VolumeEntity volume, TRequest message, string refusal, CancellationToken cancellationToken)
        where TRequest : class
        where TAnswer : class
    {
        try
        {
            var client = requests.CreateRequestClient<TRequest>(QueueAddress.VolumeService(volume.Host), Timeout);
            var response = await client.GetResponse<TAnswer, VolumeRequestRefused>(message, cancellationToken);
            if (response.Is(out Response<TAnswer>? answer))
                return answer.Message;
            response.Is(out Response<VolumeRequestRefused>? refused);
            var reason = refused?.Message.Reason;
            log.LogError("The volume service of {Host} refused {Request}: {Reason}", volume.Host, message, reason);
            throw new ApiFaultException(StatusCodes.Status500InternalServerError, refusal);
        }
        catch (RequestException error)
        {
            log.LogError(error, "The volume service of {Host} did not answer {Request}", volume.Host, message);
            throw new ApiFaultException(
                StatusCodes.Status503ServiceUnavailable,
                "The volume service did not answer. Nothing is lost; try again later.");
        }
    }

    private static DeviceReference Reference(VolumeEntity volume) =>
        new() { Kind = DeviceKind.Volume, Id = volume.Id, VolumeId = volume.Id };
}
