using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// What a workflow asks of the volume service that owns a volume. Every request may be repeated. Each throws
/// <see cref="VolumeServiceException"/> when the volume service refuses or does not answer.
/// </summary>
public interface IVolumeService
{
    /// <summary>Steps 7 and 8: the device to read; waits while a temporary object is being made.</summary>
    Task<BackupDevice> GetBackupDeviceAsync(string host, GetBackupDevice request, CancellationToken cancellationToken);

    /// <summary>For step 12: what changed since the parent.</summary>
    Task<ChangedBlocks> GetChangedBlocksAsync(
        string host, GetChangedBlocks request, CancellationToken cancellationToken);

    /// <summary>Steps 9 and 10: exports a device.</summary>
    Task<DeviceExposed> ExposeAsync(string host, ExposeDevice request, CancellationToken cancellationToken);

    /// <summary>Steps 14 and 15: removes an export.</summary>
    Task DisconnectAsync(string host, DisconnectDevice request, CancellationToken cancellationToken);

    /// <summary>Steps 16 and 17: removes a temporary object.</summary>
    Task RemoveTemporaryObjectAsync(string host, RemoveTemporaryObject request, CancellationToken cancellationToken);

    /// <summary>Keeps or drops the base point of a backup.</summary>
    Task SettleBasePointAsync(string host, SettleBasePoint request, CancellationToken cancellationToken);

    /// <summary>
    /// Asks for a new volume whose record is there in status <c>creating</c>; the record tells when it is made.
    /// </summary>
    Task CreateVolumeAsync(string host, CreateVolume command, CancellationToken cancellationToken);
}
