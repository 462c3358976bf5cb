using BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Breaking;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>
/// One process, as the others see it: what it does between two calls on the file system happens at once; each such call
/// waits until it is let go. It may have several threads, whose calls wait side by side and go in their order.
/// </summary>
internal sealed class Participant(string name, Func<Participant, Task> work)
{
    private readonly object _monitor = new();
    private readonly Queue<ParkedCall> _parked = [];
    private ParkedCall? _running;
    private int _calls;
    private Task _task = Task.CompletedTask;

    public string Name => name;

    /// <summary>The call, counted from 1, in whose place its process dies; 0 = it lives.</summary>
    public int DiesAtCall { get; set; }

    /// <summary>What it does not do as it should.</summary>
    public BrokenRule Broken { get; init; }

    /// <summary>Whether others may come in while it lists sessions.</summary>
    public bool ListsSlowly { get; init; }

    /// <summary>Its process has died: every call from now on fails.</summary>
    public bool IsDead { get; private set; }

    /// <summary>Whether it said that it can do nothing but wait for others.</summary>
    public bool IsYielding { get; private set; }

    public bool IsFinished => _task.IsCompleted;

    /// <summary>What failed, of those failures that no participant may end with.</summary>
    public Exception? Failure => _task.Exception?.InnerException;

    /// <summary>The call that is next; null where it has none.</summary>
    public CallInfo? Next
    {
        get
        {
            lock (_monitor)
            {
                return _parked.TryPeek(out var call) ? call.Info : null;
            }
        }
    }

    public void Start()
    {
        _task = Task.Run(() => work(this));
        _ = _task.ContinueWith(_ => Notify(), TaskScheduler.Default);
    }

    /// <summary>Makes a call when its turn comes. On a thread of the participant.</summary>
    public T Call<T>(CallInfo info, Func<T> call)
    {
        using var parked = new ParkedCall(info);
        lock (_monitor)
        {
            if (IsDead)
            {
                throw new ProcessDiedException();
            }

            _parked.Enqueue(parked);
            Monitor.PulseAll(_monitor);
        }

        parked.WaitForTurn();
        try
        {
            return parked.IsDead ? throw new ProcessDiedException() : call();
        }
        finally
        {
            _running = null;
            Notify();
        }
    }

    /// <summary>Says that only others can bring it on, and waits for its turn.</summary>
    public void Yield(string description)
    {
        IsYielding = true;
        Call(CallInfo.Silent(description), () => true);
        IsYielding = false;
    }

    /// <summary>
    /// Waits until its last call has happened, and the next one waits or it has finished. On the thread of the
    /// schedule.
    /// </summary>
    public void AwaitRest(TimeSpan limit)
    {
        lock (_monitor)
        {
            while (_running is not null || (_parked.Count == 0 && !IsFinished))
            {
                if (!Monitor.Wait(_monitor, limit))
                {
                    throw new TimeoutException($"{name} neither goes on nor ends.");
                }
            }
        }
    }

    /// <summary>Lets its next call happen, or lets it die there.</summary>
    public void Go()
    {
        if (++_calls == DiesAtCall)
        {
            Die();
            return;
        }

        lock (_monitor)
        {
            _running = _parked.Dequeue();
            _running.Go(isDead: false);
        }
    }

    /// <summary>Its process dies here: what waits and all that comes later has no effect.</summary>
    public void Die()
    {
        lock (_monitor)
        {
            IsDead = true;
            while (_parked.TryDequeue(out var call))
            {
                call.Go(isDead: true);
            }
        }
    }

    public Task EndAsync() => _task.ContinueWith(_ => { }, TaskScheduler.Default);

    private void Notify()
    {
        lock (_monitor)
        {
            Monitor.PulseAll(_monitor);
        }
    }
}
