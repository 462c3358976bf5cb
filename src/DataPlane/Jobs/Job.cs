using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Transfers;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>A job from its start until it is forgotten. Safe to use from many threads.</summary>
internal sealed class Job(string id, JobWork work, RateLimiter? all = null, Lease? lease = null)
    : IProgress<TransferProgress>, IProgress<JobPhase>, IDisposable
{
    private const string CancelledMark = "Cancelled";

    private readonly CancellationTokenSource _stop = new();
    private readonly TaskCompletionSource _completion = new(TaskCreationOptions.RunContinuationsAsynchronously);
    private long _doneBytes;
    private long _totalBytes;
    private string? _stopReason;
    private volatile bool _leaseEnded;
    private volatile string? _waitingFor;
    private volatile JobPhase? _phase;
    private volatile Contract.Job? _final;

    /// <summary>The id that the client chose.</summary>
    public string Id => id;

    /// <summary>What it does.</summary>
    public JobWork Work => work;

    /// <summary>Ends it when its client was not heard of; null for none.</summary>
    public Lease? Lease => lease;

    /// <summary>Limits what it transfers from or to its device. May be changed while it runs.</summary>
    public RateLimiter RateLimiter { get; } = new(work.RateLimitBytesPerSecond, all: all);

    /// <summary>What it has of memory and cores.</summary>
    public ResourceUse Use { get; } = new();

    /// <summary>Cancelled when it is to stop.</summary>
    public CancellationToken Stop => _stop.Token;

    /// <summary>Completes, never faulted, when the job has ended and let go of everything.</summary>
    public Task Completion => _completion.Task;

    /// <summary>
    /// Asks it to stop; the first reason given is the one that is told. One that has ended stays as it is.
    /// </summary>
    public void Cancel(string reason)
    {
        if (_final is not null)
        {
            return;
        }

        Interlocked.CompareExchange(ref _stopReason, reason, null);
        _stop.Cancel();
    }

    /// <summary>Asks it to stop because its lease has run out.</summary>
    public void EndLease()
    {
        _leaseEnded = true;
        Cancel("its lease has run out: the client that had started it was not heard of");
    }

    /// <summary>
    /// Called before each write that somebody else's writes may follow by now: a process that was stopped may go on
    /// here before anything else has noticed that time has passed.
    /// </summary>
    /// <exception cref="OperationCanceledException">The lease has run out.</exception>
    public void RequireLease()
    {
        if (lease is { HasEnded: true })
        {
            EndLease();
            _stop.Token.ThrowIfCancellationRequested();
        }
    }

    /// <summary>Called from the threads of the lanes, often.</summary>
    public void Report(TransferProgress value)
    {
        Interlocked.Exchange(ref _totalBytes, value.TotalBytes);
        InterlockedMax(ref _doneBytes, value.DoneBytes);
        _waitingFor = value.WaitingFor;
    }

    /// <summary>Called by jobs in several phases, from one thread at a time.</summary>
    public void Report(JobPhase value) => _phase = value;

    /// <summary>The job as it stands, for the protocol.</summary>
    public Contract.Job Snapshot() => _final ?? New(Contract.JobState.Running);

    /// <summary>Ends the job well. Everything that it used has been given back.</summary>
    public void Succeed(Action<Contract.Job> putResult)
    {
        var job = New(Contract.JobState.Succeeded);
        putResult(job);
        End(job);
    }

    /// <summary>Ends the job with an error, or as cancelled when that was asked for and is why it ended.</summary>
    public Failure Fail(Exception exception)
    {
        var failure = Failure.Of(exception);
        var cancelled = failure.Code == ExitCode.Cancelled && _stop.IsCancellationRequested;
        if (cancelled)
        {
            failure = failure with { Message = $"{CancelledMark}: {_stopReason}.{Detail(failure, exception)}" };
        }

        var job = New(cancelled ? Contract.JobState.Cancelled : Contract.JobState.Failed);
        job.Error = failure.Message;
        job.ExitCode = (int)failure.Code;
        job.LeaseEnded = cancelled && _leaseEnded;
        End(job);
        return failure;
    }

    /// <summary>Called when the job is forgotten, long after its end.</summary>
    public void Dispose() => _stop.Dispose();

    /// <summary>What a cancelled job says beside being cancelled: the state that its target is in.</summary>
    private static string Detail(Failure failure, Exception exception)
    {
        if (failure.Message.StartsWith(CancelledMark, StringComparison.Ordinal))
        {
            return failure.Message[(CancelledMark.Length + 1)..];
        }

        return exception is OperationCanceledException ? "" : " " + failure.Message;
    }

    private static void InterlockedMax(ref long place, long value)
    {
        for (var seen = Interlocked.Read(ref place); seen < value;)
        {
            var before = Interlocked.CompareExchange(ref place, value, seen);
            if (before == seen)
            {
                return;
            }

            seen = before;
        }
    }

    private void End(Contract.Job job)
    {
        _final = job;
        _completion.SetResult();
    }

    private Contract.Job New(Contract.JobState state)
    {
        var phase = _phase;
        var job = New(state, phase);
        if (state == Contract.JobState.Running && phase?.Serving is { } serving)
        {
            job.NbdServe = serving;
        }

        return job;
    }

    private Contract.Job New(Contract.JobState state, JobPhase? phase) => new()
    {
        JobId = id,
        State = state,
        Progress = new Contract.JobProgress
        {
            DoneBytes = Interlocked.Read(ref _doneBytes),
            TotalBytes = Interlocked.Read(ref _totalBytes),
            Phase = phase?.Name ?? "",
            Done = phase?.Done ?? 0,
            Total = phase?.Total ?? 0,
            WaitingFor = state == Contract.JobState.Running ? _waitingFor ?? "" : "",
            WorkerTurns = Use.Turns,
            LimitedBytes = RateLimiter.GrantedBytes,
            MemoryBytes = Use.MemoryBytes,
            MostTurnsPassedOver = Use.MostTurnsPassedOver,
        },
        RateLimitBytesPerSecond = RateLimiter.BytesPerSecond,
    };
}
