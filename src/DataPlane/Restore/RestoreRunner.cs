using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>Restores backups: for the command line and for the job server alike. Safe to use from many threads.</summary>
public sealed class RestoreRunner(ILogger<RestoreRunner> logger)
{
    /// <summary>Reads the backup, checks every chunk against its id, writes the target, and makes it durable.</summary>
    /// <param name="request">What to restore, and where.</param>
    /// <param name="progress">Told from the workers' threads, often; null for nobody.</param>
    /// <param name="cancellationToken">Stops the restore; the target is incomplete then, and the exception says so.</param>
    /// <exception cref="Errors.UsageException">The request is wrong.</exception>
    /// <exception cref="Devices.DeviceException">The target is too small; nothing was written.</exception>
    /// <exception cref="Errors.TargetIncompleteException">It failed after writing had begun.</exception>
    /// <exception cref="Chunkstore.Errors.RepositoryException">The backup cannot be found or opened; nothing was written.</exception>
    public Task<RestoreResult> RunAsync(
        RestoreRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        logger.LogInformation("Restore of backup {BackupId}", request.BackupId);
        throw new NotImplementedException();
    }
}
