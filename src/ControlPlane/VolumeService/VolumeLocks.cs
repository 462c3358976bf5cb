namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>
/// One lock for each volume, held while it is decided what a backup reads and who may write: so a volume that is read
/// itself never gets a writer in between.
/// </summary>
internal sealed class VolumeLocks
{
    private readonly KeyedLocks _locks = new();

    public Task<IDisposable> TakeAsync(Guid volumeId, CancellationToken cancellationToken) =>
        _locks.TakeAsync(volumeId, cancellationToken);
}
