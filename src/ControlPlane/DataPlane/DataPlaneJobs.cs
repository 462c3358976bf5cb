using BackupEngine.ControlPlane.Workflows;
using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>Jobs of the data plane from their start to their end.</summary>
internal static class DataPlaneJobs
{
    private static readonly TimeSpan ProgressInterval = TimeSpan.FromSeconds(30);

    /// <summary>Starts a job, or finds it under way, and waits for its end; logs its progress now and then.</summary>
    /// <returns>The job, which has succeeded.</returns>
    /// <exception cref="DataPlaneException">It failed.</exception>
    /// <exception cref="DataPlaneLostException">The data plane was lost, and the job with it; or somebody else has
    /// cancelled the job: either way it is worth another one.</exception>
    /// <exception cref="DataPlaneLeaseEndedException">Its lease has run out.</exception>
    public static async Task<Job> RunJobAsync(
        this IDataPlane dataPlane,
        StartJobRequest request,
        ILogger log,
        TimeProvider time,
        CancellationToken cancellationToken,
        Action<JobProgress>? onProgress = null)
    {
        await dataPlane.StartJobAsync(request, cancellationToken);
        var logged = time.GetTimestamp();
        var job = await dataPlane.WatchUntilEndAsync(request.JobId, Report, cancellationToken);
        return job.State switch
        {
            JobState.Succeeded => job,
            JobState.Cancelled when job.LeaseEnded => throw new DataPlaneLeaseEndedException(
                $"The job {job.JobId} was ended in the data plane: its lease could not be renewed in time."),
            JobState.Cancelled => throw new DataPlaneLostException(
                $"The job {job.JobId} was cancelled in the data plane."),
            _ => throw new DataPlaneException(job.Error),
        };

        void Report(JobProgress progress)
        {
            onProgress?.Invoke(progress);
            if (time.GetElapsedTime(logged) < ProgressInterval)
                return;
            logged = time.GetTimestamp();
            log.LogInformation(
                "Job {JobId}: {DoneMiB} of {TotalMiB} MiB", request.JobId, progress.DoneBytes >> 20,
                progress.TotalBytes >> 20);
        }
    }

    /// <summary>
    /// Removes a backup from the repository; its checkpoints as well, unless it is to be gone on with. One that is not
    /// there is no error.
    /// </summary>
    public static async Task DeleteBackupAsync(
        this IDataPlane dataPlane,
        string repository,
        Guid backupId,
        ClaimedRecord record,
        bool keepCheckpoints,
        ILogger log,
        TimeProvider time,
        CancellationToken cancellationToken)
    {
        while (true)
        {
            await record.Lease.WaitUntilValidAsync(cancellationToken);
            var request = new StartJobRequest
            {
                JobId = record.Claim.NameOf(ClaimedName.Delete),
                Lease = record.Lease.ToWire(),
                Delete = new DeleteJob
                {
                    Repository = repository,
                    BackupId = backupId.ToString(),
                    KeepCheckpoints = keepCheckpoints,
                },
            };
            try
            {
                await dataPlane.RunJobAsync(request, log, time, cancellationToken);
                return;
            }
            catch (DataPlaneLeaseEndedException e)
            {
                log.LogWarning("Backup {BackupId}: {Cause} It is removed once more", backupId, e.Message);
            }
        }
    }
}
