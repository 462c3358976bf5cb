using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers;

/// <summary>
/// Storage of volumes on one host. Every method is idempotent: repeated after a crash in its middle, it ends in the
/// same state; what is to be removed and is not there is no error. Failures are <see cref="VolumeDriverException"/>.
/// </summary>
public interface IVolumeDriver
{
    /// <summary>Name in the configuration.</summary>
    string Name { get; }

    /// <summary>
    /// Whether a snapshot or a clone is made at once, whatever its size; otherwise its contents are copied.
    /// </summary>
    bool ClonesAreInstant { get; }

    /// <summary>
    /// Opens the storage: takes it for this process, removes what a crash left half made, finds out what it can do.
    /// </summary>
    /// <exception cref="VolumeDriverException">It cannot be used, or another process uses it.</exception>
    Task StartAsync(CancellationToken cancellationToken);

    /// <summary>Makes an empty volume that reads as zeros.</summary>
    Task CreateVolumeAsync(Guid volumeId, long sizeBytes, CancellationToken cancellationToken);

    /// <summary>Makes a volume with the contents of another device, grown to <paramref name="sizeBytes"/>.</summary>
    Task CloneAsync(
        DeviceReference source, DeviceReference target, long sizeBytes, CancellationToken cancellationToken);

    /// <summary>
    /// Takes a snapshot of a volume: <paramref name="snapshot"/> is of kind Snapshot or TemporarySnapshot.
    /// </summary>
    Task CreateSnapshotAsync(Guid volumeId, DeviceReference snapshot, CancellationToken cancellationToken);

    /// <summary>
    /// Makes a volume larger; what is added reads as zeros. One that has the size already stays as it is.
    /// </summary>
    /// <exception cref="VolumeDriverException">It is exported, it is larger, or there is no room.</exception>
    Task ExtendAsync(DeviceReference volume, long sizeBytes, CancellationToken cancellationToken);

    /// <summary>Removes a volume, a snapshot or a temporary object; a volume's base points go with it.</summary>
    /// <exception cref="VolumeDriverException">It is exported still.</exception>
    Task DeleteAsync(DeviceReference device, CancellationToken cancellationToken);

    /// <summary>Whether a device reads as zeros from its first byte to its last. In doubt: false.</summary>
    Task<bool> ReadsAsZeroAsync(DeviceReference device, CancellationToken cancellationToken);

    /// <summary>Exports a device. Asked again for the same attachment, it answers with the same connection.</summary>
    /// <exception cref="VolumeDriverException">
    /// The attachment exports something else; or another writes to the device.
    /// </exception>
    Task<ExportedDevice> ExportAsync(ExportRequest request, CancellationToken cancellationToken);

    /// <summary>Unmaps the device and removes the export; nothing of it is left.</summary>
    Task UnexportAsync(Guid attachmentId, CancellationToken cancellationToken);

    /// <summary>
    /// Starts again what serves an export and has died by itself, and ends what serves one that does not exist. Answers
    /// with what could not be started, in words.
    /// </summary>
    Task<IReadOnlyList<string>> MendExportsAsync(CancellationToken cancellationToken);

    /// <summary>The exports that exist now, each as it was asked for.</summary>
    Task<IReadOnlyList<ExportRequest>> ListExportsAsync(CancellationToken cancellationToken);

    /// <summary>Ids of the temporary volumes and snapshots that exist now.</summary>
    Task<IReadOnlyList<Guid>> ListTemporaryObjectsAsync(CancellationToken cancellationToken);

    /// <summary>The base points that exist now.</summary>
    Task<IReadOnlyList<BasePoint>> ListBasePointsAsync(CancellationToken cancellationToken);

    /// <summary>
    /// Keeps the present contents of a device as the point in time that the backup <paramref name="backupId"/> reads,
    /// so that the next backup can be told what changed since. Answers with its base token; empty where the storage
    /// cannot.
    /// </summary>
    Task<string> CreateBasePointAsync(DeviceReference device, Guid backupId, CancellationToken cancellationToken);

    /// <summary>Removes the base point of one backup.</summary>
    Task DropBasePointAsync(Guid volumeId, Guid backupId, CancellationToken cancellationToken);

    /// <summary>
    /// What changed between the base point that <paramref name="parentBaseToken"/> names and that of <paramref
    /// name="backupId"/>. May over-report freely and never under-reports; whatever is in doubt counts as changed or
    /// makes the answer unknown.
    /// </summary>
    Task<ChangedBlocks> GetChangedBlocksAsync(
        Guid volumeId, string parentBaseToken, Guid backupId, CancellationToken cancellationToken);
}
