using System.Collections.Concurrent;
using System.Diagnostics;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// Runs the claimed workflows of this host: so many transfers at once, deletes beside them. Those that wait are
/// claimed, their lease is kept, and their step log says that they wait. At shutdown work gets some time to end and is
/// suspended then.
/// </summary>
public sealed class BackupRunner : IHostedLifecycleService, IDisposable
{
    private const int ConcurrentDeletes = 4;

    /// <summary>Claimed records of one host that wait; more stay unclaimed, for other hosts to take.</summary>
    private const int MostWaiting = 100;

    private readonly ConcurrentDictionary<Work, Task> _work = new();
    private readonly ConcurrentDictionary<Work, bool> _transferring = new();
    private readonly SemaphoreSlim _transfers;
    private readonly SemaphoreSlim _deletes = new(ConcurrentDeletes);
    private readonly CancellationTokenSource _stopping = new();
    private readonly WorkflowExecutor _executor;
    private readonly EngineOptions _options;
    private readonly TimeProvider _time;
    private readonly ILogger<BackupRunner> _log;
    private bool _closed;

    internal BackupRunner(
        WorkflowExecutor executor, EngineOptions options, TimeProvider time, ILogger<BackupRunner> log)
    {
        (_executor, _options, _time, _log) = (executor, options, time, log);
        _transfers = new SemaphoreSlim(options.MaxConcurrentBackups);
    }

    /// <summary>Called when a record has left this host: there may be room.</summary>
    public Action Freed { get; set; } = static () => { };

    /// <summary>Transfers that could begin at once; none from the shutdown on.</summary>
    public int FreeTransfers => Volatile.Read(ref _closed) ? 0 : _options.MaxConcurrentBackups - _transferring.Count;

    /// <summary>Ids of the backups that are waited for or worked on.</summary>
    public IReadOnlyCollection<Guid> UnderWay => [.. _work.Keys.Select(work => work.BackupId)];

    /// <summary>Whether a backup is waited for or worked on here.</summary>
    public bool Has(Guid backupId, WorkflowKind kind) => _work.ContainsKey(Work.Of(backupId, kind));

    /// <summary>
    /// Makes room for a record; false when it is here already, when there is no room, or at shutdown.
    /// </summary>
    public bool TryReserve(Guid backupId, WorkflowKind kind)
    {
        if (_work.Count >= MostWaiting + _options.MaxConcurrentBackups)
        {
            _log.LogWarning(
                "No room for backup {BackupId} ({Workflow}): {Waiting} wait here", backupId, kind, _work.Count);
            return false;
        }

        var work = Work.Of(backupId, kind);
        if (Volatile.Read(ref _closed) || !_work.TryAdd(work, Task.CompletedTask))
            return false;
        if (kind != WorkflowKind.Delete)
            _transferring[work] = true;
        return true;
    }

    /// <summary>Gives the room back.</summary>
    public void Release(Guid backupId, WorkflowKind kind)
    {
        _transferring.TryRemove(Work.Of(backupId, kind), out _);
        _work.TryRemove(Work.Of(backupId, kind), out _);
        Freed();
    }

    /// <summary>Runs the workflow of a claim in the room that was reserved for it.</summary>
    public void Start(BackupClaim claim, ActivityContext parent) =>
        _work[Work.Of(claim.BackupId, claim.Kind)] = Task.Run(() => RunAsync(claim, parent), CancellationToken.None);

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartingAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StartedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <inheritdoc/>
    public Task StoppedAsync(CancellationToken cancellationToken) => Task.CompletedTask;

    /// <summary>Takes nothing more from the moment on at which the process is told to stop.</summary>
    public Task StoppingAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _closed, true);
        return Task.CompletedTask;
    }

    /// <summary>Waits for what runs; suspends what has not ended in time.</summary>
    public async Task StopAsync(CancellationToken cancellationToken)
    {
        Volatile.Write(ref _closed, true);
        if (_work.IsEmpty)
            return;
        _log.LogInformation("{Count} backups under way get {Seconds} s to end", _work.Count, _options.DrainSeconds);
        try
        {
            await AllEnded().WaitAsync(TimeSpan.FromSeconds(_options.DrainSeconds), _time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or OperationCanceledException)
        {
            await _stopping.CancelAsync();
            await AllEnded();
        }
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _transfers.Dispose();
        _deletes.Dispose();
        _stopping.Dispose();
    }

    private Task AllEnded() => Task.WhenAll(_work.Values);

    private async Task RunAsync(BackupClaim claim, ActivityContext parent)
    {
        // The span of the message has ended; the run's own span continues its trace.
        Activity.Current = null;
        var lane = claim.Kind == WorkflowKind.Delete ? _deletes : _transfers;
        try
        {
            await _executor.ExecuteAsync(claim, lane, parent, _stopping.Token);
        }
        catch (Exception e)
        {
            _log.LogError(e, "Backup {BackupId}: {Workflow} ended by an error that could not be recorded",
                claim.BackupId, claim.Kind);
        }
        finally
        {
            Release(claim.BackupId, claim.Kind);
        }
    }

    /// <summary>What one claim is on: a backup's own record, or that of its verification, which runs beside.</summary>
    private readonly record struct Work(Guid BackupId, bool IsVerification)
    {
        public static Work Of(Guid backupId, WorkflowKind kind) => new(backupId, kind == WorkflowKind.Verify);
    }
}
