using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>Makes backups: for the command line and for the job server alike. Safe to use from many threads.</summary>
public sealed class BackupRunner(ILogger<BackupRunner> logger)
{
    /// <summary>Reads the source, stores what is new, and publishes the backup. Whatever fails before that leaves nothing published.</summary>
    /// <param name="request">What to back up.</param>
    /// <param name="progress">Told from the lanes' threads, often; null for nobody.</param>
    /// <param name="cancellationToken">Stops the backup; nothing is published.</param>
    /// <exception cref="Errors.UsageException">The request is wrong, or its parent does not fit.</exception>
    /// <exception cref="Devices.DeviceException">The source cannot be read.</exception>
    /// <exception cref="Chunkstore.Errors.RepositoryException">The repository cannot take it.</exception>
    public Task<BackupResult> RunAsync(
        BackupRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        logger.LogInformation("Backup {BackupId} of volume {VolumeId}", request.BackupId, request.VolumeId);
        throw new NotImplementedException();
    }
}
