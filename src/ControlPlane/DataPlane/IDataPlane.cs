using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>
/// What a backup service asks of the data plane on its host. Every call is idempotent by the id that the asker chose.
/// Each throws <see cref="DataPlaneException"/> when the data plane refuses, and <see cref="DataPlaneLostException"/>
/// when it does not answer, or has been restarted and knows nothing of what was asked before. Whatever names a lease
/// throws <see cref="DataPlaneLeaseEndedException"/> when that has run out.
/// </summary>
public interface IDataPlane
{
    /// <summary>Version, instruction sets, page mode, process id.</summary>
    Task<DataPlaneInfo> GetInfoAsync(CancellationToken cancellationToken);

    /// <summary>Opens a device and holds it open.</summary>
    Task<Attachment> AttachAsync(AttachDeviceRequest request, CancellationToken cancellationToken);

    /// <summary>Closes a device; cancels the job that still uses it. An unknown attachment is no error.</summary>
    Task DetachAsync(string attachmentId, CancellationToken cancellationToken);

    /// <summary>Starts a job, or finds it under way or ended.</summary>
    Task StartJobAsync(StartJobRequest request, CancellationToken cancellationToken);

    /// <summary>Waits for the end of a job, over any number of connections; reports its progress.</summary>
    /// <returns>The job in its final state.</returns>
    Task<Job> WatchUntilEndAsync(string jobId, Action<JobProgress> onProgress, CancellationToken cancellationToken);

    /// <summary>Lets what is under a lease go on until its new end; nothing may be under it, or not any more.</summary>
    Task RenewLeaseAsync(Lease lease, CancellationToken cancellationToken);

    /// <summary>Ids of the jobs that run.</summary>
    Task<IReadOnlyList<string>> ListRunningJobsAsync(CancellationToken cancellationToken);

    /// <summary>The devices that are attached now.</summary>
    Task<IReadOnlyList<Attachment>> ListAttachmentsAsync(CancellationToken cancellationToken);

    /// <summary>Asks a job to stop and waits until it has. An unknown job is no error.</summary>
    Task CancelAsync(string jobId, CancellationToken cancellationToken);
}
