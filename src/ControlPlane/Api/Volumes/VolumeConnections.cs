using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>
/// Lets users reach their volumes as devices: the volume service of the volume's host exports them, and ends that.
/// </summary>
internal sealed class VolumeConnections(EngineDatabase database, VolumeDevices devices, TimeProvider clock)
{
    /// <summary>Makes a volume reachable. Asked twice, the answer is the same.</summary>
    /// <exception cref="ApiFaultException">404; 400 for its status; 500 and 503 for its service.</exception>
    public async Task<ConnectionInfoView> InitializeAsync(
        ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        VolumeBodies.InitializeConnection.Require(body);
        var volume = await database.FindVolumeAsync(request, id, PolicyRules.VolumeConnect, cancellationToken);
        var access = volume.AttachMode == "ro" ? DeviceAccess.Read : DeviceAccess.ReadWrite;
        await BeginWritingAsync(volume, access, cancellationToken);
        var connection = await devices.ExposeAsync(
            volume, UserAttachment.Of(volume), access, ConnectorHost(body), cancellationToken);
        return View(volume, connection, access);
    }

    /// <summary>Ends that a volume is reachable. Said of one that is not, it changes nothing.</summary>
    /// <exception cref="ApiFaultException">404; 500 and 503 for its service.</exception>
    public async Task TerminateAsync(ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        VolumeBodies.TerminateConnection.Require(body);
        var volume = await database.FindVolumeAsync(request, id, PolicyRules.VolumeDisconnect, cancellationToken);
        await devices.DisconnectAsync(volume, UserAttachment.Of(volume), cancellationToken);
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
