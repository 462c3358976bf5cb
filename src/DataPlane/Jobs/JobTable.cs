using System.Diagnostics;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>
/// The jobs of this data plane: those that run, and the last of those that have ended. Safe to use from many threads.
/// </summary>
internal sealed class JobTable(
    AttachmentTable attachments, LeaseTable leases, JobServices services, ILogger<JobTable> logger)
{
    /// <summary>Bound of the jobs that run at once.</summary>
    public const int MaximumRunning = 64;

    /// <summary>How many ended jobs are remembered; older ones are forgotten.</summary>
    public const int MaximumEnded = 256;

    /// <summary>Bound of the length of ids that clients choose, in characters.</summary>
    public const int MaximumIdLength = 255;

    private readonly Lock _gate = new();
    private readonly Dictionary<string, Job> _jobs = new(StringComparer.Ordinal);
    private readonly Queue<Job> _ended = new();
    private bool _stopping;

    /// <summary>Starts a job, or answers with the one of that id.</summary>
    public Job Start(Contract.StartJobRequest request)
    {
        var work = JobWorkReader.Read(request);
        var lease = leases.Join(request.Lease);
        lock (_gate)
        {
            if (_jobs.TryGetValue(request.JobId, out var known))
            {
                return known.Work.IsSameAs(work) ? known : throw Refusal.AlreadyExists(
                    $"Job '{known.Id}' is another one: the {known.Work.Verb} of {known.Work.Subject}.");
            }

            RefuseStart(work);
            return Add(new Job(request.JobId, work, services.Rate, lease));
        }
    }

    /// <summary>A job by its id.</summary>
    public Job Get(string id)
    {
        lock (_gate)
        {
            return _jobs.GetValueOrDefault(id) ?? throw Refusal.NotFound(
                $"There is no job '{id}': never started, started in another process, or forgotten since.");
        }
    }

    /// <summary>Changes the limit of a job that runs, or with an empty id of all together.</summary>
    /// <returns>The limit before, in bytes per second.</returns>
    public long SetRateLimit(string id, long bytesPerSecond)
    {
        var limiter = id.Length == 0 ? services.Rate : Transferring(id).RateLimiter;
        var former = limiter.BytesPerSecond;
        limiter.BytesPerSecond = bytesPerSecond;
        logger.LogInformation(
            "Rate limit of {Job}: {BytesPerSecond} bytes per second, before {Former}",
            id.Length == 0 ? "all jobs" : id, bytesPerSecond, former);
        return former;
    }

    /// <summary>All jobs, in no order.</summary>
    public IReadOnlyList<Job> List()
    {
        lock (_gate)
        {
            return [.. _jobs.Values];
        }
    }

    /// <summary>Starts nothing any more, cancels every job, and waits until all have let go.</summary>
    public Task StopAsync()
    {
        Job[] running;
        lock (_gate)
        {
            _stopping = true;
            running = [.. Running()];
        }

        foreach (var job in running)
        {
            job.Cancel("the data plane is stopping");
        }

        return Task.WhenAll(running.Select(job => job.Completion));
    }

    private Job Transferring(string id)
    {
        var job = Get(id);
        if (job.Completion.IsCompleted)
        {
            throw Refusal.FailedPrecondition($"Job '{id}' has ended.");
        }

        return job.Work.AttachmentId is not null ? job : throw Refusal.FailedPrecondition(
            $"Job '{id}' ({job.Work.Verb}) transfers nothing from or to a device.");
    }

    private IEnumerable<Job> Running() => _jobs.Values.Where(job => !job.Completion.IsCompleted);

    private void RefuseStart(JobWork work)
    {
        if (_stopping)
        {
            throw Refusal.Stopping();
        }

        if (Running().Count() >= MaximumRunning)
        {
            throw Refusal.ResourceExhausted($"{MaximumRunning} jobs are running; wait for one of them to end.");
        }

        if (Running().FirstOrDefault(job => job.Work.ExcludesAtOnce(work)) is { } other)
        {
            throw Refusal.FailedPrecondition(
                $"In use, {work.Subject}: job '{other.Id}' ({other.Work.Verb}) works on it.");
        }
    }

    private Job Add(Job job)
    {
        var attachment = job.Work.AttachmentId is { } id ? attachments.Claim(id, job, job.Work.WritesDevice) : null;
        _jobs.Add(job.Id, job);
        _ = Task.Run(() => RunAsync(job, attachment));
        return job;
    }

    private async Task RunAsync(Job job, Attachment? attachment)
    {
        logger.LogInformation(
            "Job {JobId}: {Verb} of {Subject} starts (trace {TraceId})",
            job.Id, job.Work.Verb, job.Work.Subject, Activity.Current?.TraceId.ToHexString() ?? "none");
        using var lease = job.Lease?.Ended.UnsafeRegister(static ended => ((Job)ended!).EndLease(), job);
        var ended = await WorkAsync(job, attachment);
        if (attachment is not null)
        {
            attachments.Release(attachment);
        }

        lock (_gate)
        {
            ended();
            Remember(job);
        }
    }

    /// <summary>
    /// Works, and answers with what puts the end on record: the device is given back before anybody learns of it.
    /// </summary>
    private async Task<Action> WorkAsync(Job job, Attachment? attachment)
    {
        try
        {
            var context = new JobContext(
                services,
                attachment?.Opened.Result,
                job,
                job.RateLimiter,
                job,
                services.Shared with { Use = job.Use },
                job.RequireLease);
            var putResult = await job.Work.RunAsync(context, job.Stop);
            return () => Succeed(job, putResult);
        }
        catch (Exception e)
        {
            return () => Fail(job, e);
        }
    }

    private void Succeed(Job job, Action<Contract.Job> putResult)
    {
        job.Succeed(putResult);
        if (job.Snapshot() is { State: Contract.JobState.Failed } incomplete)
        {
            logger.LogError(
                "Job {JobId}: {Verb} of {Subject} went as far as it could: {Message}",
                job.Id, job.Work.Verb, job.Work.Subject, incomplete.Error);
            return;
        }

        logger.LogInformation(
            "Job {JobId}: {Verb} of {Subject} done", job.Id, job.Work.Verb, job.Work.Subject);
    }

    private void Fail(Job job, Exception exception)
    {
        var failure = job.Fail(exception);
        var unexpected = failure.Code == Errors.ExitCode.Unexpected ? exception : null;
        logger.LogError(
            unexpected,
            "Job {JobId}: {Verb} of {Subject} ended ({Kind}): {Message}",
            job.Id, job.Work.Verb, job.Work.Subject, failure.Kind, failure.Message);
    }

    private void Remember(Job job)
    {
        _ended.Enqueue(job);
        while (_ended.Count > MaximumEnded)
        {
            var oldest = _ended.Dequeue();
            _jobs.Remove(oldest.Id);
            oldest.Dispose();
        }
    }
}
