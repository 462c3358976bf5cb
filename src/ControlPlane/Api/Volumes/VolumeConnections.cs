using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Bus;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using MassTransit;
using Microsoft.EntityFrameworkCore;
using Fault = BackupEngine.ControlPlane.Api.Faults.Fault;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>
/// Lets users reach their volumes as devices: the volume service of the volume's host exports them, and ends that.
/// </summary>
internal sealed class VolumeConnections(
    EngineDatabase database,
    IClientFactory requests,
    EngineOptions options,
    TimeProvider clock,
    ILogger<VolumeConnections> log)
{
    private RequestTimeout Timeout => RequestTimeout.After(s: options.VolumeRequestTimeoutSeconds);

    /// <summary>Makes a volume reachable. Asked twice, the answer is the same.</summary>
    /// <exception cref="ApiFaultException">404; 400 for its status; 500 and 503 for its service.</exception>
    public async Task<ConnectionInfoView> InitializeAsync(
        ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        VolumeBodies.InitializeConnection.Require(body);
        var volume = await database.FindVolumeAsync(request, id, PolicyRules.VolumeConnect, cancellationToken);
        var access = volume.AttachMode == "ro" ? DeviceAccess.Read : DeviceAccess.ReadWrite;
        await BeginWritingAsync(volume, access, cancellationToken);
        var answer = await AskAsync<ExposeDevice, DeviceExposed>(
            volume,
            new ExposeDevice
            {
                AttachmentId = UserAttachment.IdOf(volume.Id),
                Device = Reference(volume),
                Access = access,
                Connector = new Connector { Host = ConnectorHost(body) },
            },
            "Unable to fetch connection information from backend.",
            cancellationToken);
        return View(volume, answer.Connection, access);
    }

    /// <summary>Ends that a volume is reachable. Said of one that is not, it changes nothing.</summary>
    /// <exception cref="ApiFaultException">404; 500 and 503 for its service.</exception>
    public async Task TerminateAsync(ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        VolumeBodies.TerminateConnection.Require(body);
        var volume = await database.FindVolumeAsync(request, id, PolicyRules.VolumeDisconnect, cancellationToken);
        await AskAsync<DisconnectDevice, DeviceDisconnected>(
            volume,
            new DisconnectDevice { AttachmentId = UserAttachment.IdOf(volume.Id), Device = Reference(volume) },
            "Unable to terminate volume connection from backend.",
            cancellationToken);
    }

    /// <summary>
    /// From now on the volume may hold anything: nobody may take it for a new one that reads as zeros. While a backup
    /// reads the volume itself, and while a restore writes it, nobody else gets at it.
    /// </summary>
    private async Task BeginWritingAsync(VolumeEntity volume, DeviceAccess access, CancellationToken cancellationToken)
    {
        var neverWritten = volume.NeverWritten && access == DeviceAccess.Read;
        var now = clock.GetUtcNow().UtcDateTime;
        var changed = await database.Volumes
            .Where(row => row.Id == volume.Id && row.DeletedAt == null)
            .Where(row => row.Status == VolumeStatus.Available || row.Status == VolumeStatus.InUse
                || (row.Status == VolumeStatus.BackingUp && row.PreviousStatus == VolumeStatus.InUse))
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.NeverWritten, neverWritten).SetProperty(row => row.UpdatedAt, now),
                cancellationToken);
        if (changed == 0)
            throw Fault.InvalidVolume(
                "Volume status must be available or in-use to initialize a connection, but the current status is " +
                $"\"{volume.Status}\".");
    }

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

    private static string ConnectorHost(BodyValue body) =>
        body["os-initialize_connection"]?["connector"]?["host"] is { Kind: BodyKind.Text } host ? host.Text : "";

    private static ConnectionInfoView View(VolumeEntity volume, DeviceConnectionInfo connection, DeviceAccess access) =>
        new()
        {
            DriverVolumeType = connection.Type,
            Data = new ConnectionDataView
            {
                DevicePath = connection.Path,
                AccessMode = access == DeviceAccess.Read ? "ro" : "rw",
                VolumeId = volume.Id,
            },
        };
}
