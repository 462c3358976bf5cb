using System.Collections.Concurrent;
using BackupEngine.ControlPlane.DataPlane;
using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.Tests.Workflows.Support;

/// <summary>A data plane in memory: jobs end at once, or when the test lets them.</summary>
internal sealed class FakeDataPlane : IDataPlane
{
    private Action<JobProgress> _onProgress = static _ => { };
    private TaskCompletionSource _gate = Open();

    public ConcurrentDictionary<string, Attachment> Attachments { get; } = [];

    public ConcurrentDictionary<string, Job> Jobs { get; } = [];

    public ConcurrentDictionary<string, bool> Repository { get; } = [];

    public ConcurrentQueue<StartJobRequest> Started { get; } = [];

    public ConcurrentQueue<Lease> Renewed { get; } = [];

    /// <summary>The leases of the attachments, in the order of asking.</summary>
    public ConcurrentQueue<string> Leases { get; } = [];

    /// <summary>Why every backup read everything; empty where it did not.</summary>
    public string FullRead { get; set; } = "";

    /// <summary>Warnings of every backup.</summary>
    public IReadOnlyList<string> Warnings { get; set; } = [];

    /// <summary>Called with the name of every call; what it throws is the answer.</summary>
    public Action<string> OnCall { get; set; } = static _ => { };

    /// <summary>Size of every device that is attached, in bytes.</summary>
    public long DeviceBytes { get; set; } = FakeVolumeService.VolumeBytes;

    /// <summary>The error of every transfer; null: they succeed.</summary>
    public string? JobError { get; set; }

    /// <summary>What every verification finds.</summary>
    public VerifyResult Verified { get; set; } = new() { Clean = true, Backups = 1, PacksRead = 2, RecordsChecked = 9 };

    /// <summary>What every transfer tells while it runs; null: nothing.</summary>
    public JobProgress? Progress { get; set; }

    /// <summary>From now on transfers do not end until they are released, cancelled or killed.</summary>
    public void HoldTransfers() => _gate = new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously);

    public void ReleaseTransfers() => _gate.TrySetResult();

    /// <summary>The job that is watched has come further.</summary>
    public void Report(JobProgress progress) => _onProgress(progress);

    /// <summary>As kill -9 and a restart: everything but the repository is lost.</summary>
    public void KillAndRestart()
    {
        Attachments.Clear();
        Jobs.Clear();
        var held = Interlocked.Exchange(ref _gate, Open());
        held.TrySetException(new DataPlaneLostException("The data plane was restarted and has lost the job."));
    }

    public Task<DataPlaneInfo> GetInfoAsync(CancellationToken cancellationToken) =>
        Task.FromResult(new DataPlaneInfo { Version = "1.0.0", ProcessId = 1 });

    public Task<Attachment> AttachAsync(AttachDeviceRequest request, CancellationToken cancellationToken)
    {
        OnCall("Attach");
        Leases.Enqueue(request.Lease.LeaseId);
        var attachment = new Attachment
        {
            AttachmentId = request.AttachmentId,
            Connection = request.Connection,
            Access = request.Access,
            SizeBytes = DeviceBytes,
            DirectIo = request.DirectIo,
        };
        var attached = Attachments.GetOrAdd(request.AttachmentId, attachment);
        return attached.Connection.Equals(request.Connection)
            ? Task.FromResult(attached)
            : throw new DataPlaneException("attached with another connection");
    }

    public Task DetachAsync(string attachmentId, CancellationToken cancellationToken)
    {
        OnCall("Detach");
        Attachments.TryRemove(attachmentId, out _);
        return Task.CompletedTask;
    }

    public Task StartJobAsync(StartJobRequest request, CancellationToken cancellationToken)
    {
        OnCall("StartJob");
        var attachment = request.Backup?.AttachmentId ?? request.Restore?.AttachmentId;
        if (attachment is not null && !Attachments.ContainsKey(attachment))
            throw new DataPlaneLostException("The data plane was restarted and has lost its attachments.");
        if (Jobs.TryAdd(request.JobId, new Job { JobId = request.JobId, State = JobState.Running }))
            Started.Enqueue(request);
        return Task.CompletedTask;
    }

    public async Task<Job> WatchUntilEndAsync(
        string jobId, Action<JobProgress> onProgress, CancellationToken cancellationToken)
    {
        OnCall("Watch");
        var request = Started.Last(started => started.JobId == jobId);
        _onProgress = onProgress;
        if (Progress is { } progress)
            onProgress(progress);
        if (request.Delete is null)
            await _gate.Task.WaitAsync(cancellationToken);
        if (!Jobs.TryGetValue(jobId, out var job))
            throw new DataPlaneLostException("The data plane was restarted and has lost the job.");
        if (job.State == JobState.Running)
            End(job, request);
        return job;
    }

    public Task RenewLeaseAsync(Lease lease, CancellationToken cancellationToken)
    {
        OnCall("RenewLease");
        Renewed.Enqueue(lease);
        return Task.CompletedTask;
    }

    /// <summary>As when nobody was heard of for as long as a lease lasts: jobs are cancelled, devices closed.</summary>
    /// <param name="hold">Whether transfers that are started from now on are held.</param>
    public void EndLeases(bool hold)
    {
        foreach (var job in Jobs.Values.Where(job => job.State == JobState.Running))
            (job.State, job.LeaseEnded, job.Error) = (JobState.Cancelled, true, "Cancelled: its lease has run out.");
        Attachments.Clear();
        var next = hold ? new TaskCompletionSource(TaskCreationOptions.RunContinuationsAsynchronously) : Open();
        Interlocked.Exchange(ref _gate, next).TrySetResult();
    }

    public Task<IReadOnlyList<string>> ListRunningJobsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<string>>(
            [.. Jobs.Values.Where(job => job.State == JobState.Running).Select(job => job.JobId)]);

    public Task<IReadOnlyList<Attachment>> ListAttachmentsAsync(CancellationToken cancellationToken) =>
        Task.FromResult<IReadOnlyList<Attachment>>([.. Attachments.Values]);

    public Task CancelAsync(string jobId, CancellationToken cancellationToken)
    {
        OnCall("Cancel");
        if (Jobs.TryGetValue(jobId, out var job) && job.State == JobState.Running)
            job.State = JobState.Cancelled;
        return Task.CompletedTask;
    }

    private void End(Job job, StartJobRequest request)
    {
        job.State = JobError is null ? JobState.Succeeded : JobState.Failed;
        job.Error = JobError ?? "";
        if (request.Delete is { } delete)
            Repository.TryRemove(delete.BackupId, out _);
        if (request.Restore is { } restore)
            job.Restore = new RestoreResult { BackupId = restore.BackupId, BytesWritten = DeviceBytes };
        if (request.Verify is not null)
            job.Verify = Verified;
        if (request.Backup is not { } backup || JobError is not null)
            return;
        Repository[backup.BackupId] = true;
        job.Backup = new BackupResult
        {
            BackupId = backup.BackupId,
            VolumeBytes = DeviceBytes,
            BytesRead = DeviceBytes,
            ChunksNew = 7,
            BytesNew = 7 * 65536,
            BytesStored = 4711,
            Seconds = 0.5,
            Warnings = { Warnings },
            FullRead = FullRead,
            RereadBytes = 65536,
            IoEngine = "io_uring",
            Stages = new StageReport
            {
                Bottleneck = "the source device",
                Table = { new StageRow { Stage = "read", WallSeconds = 0.5, CpuSeconds = 0.25, Bytes = 77 } },
            },
        };
    }

    private static TaskCompletionSource Open()
    {
        var open = new TaskCompletionSource();
        open.SetResult();
        return open;
    }
}
