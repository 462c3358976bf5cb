using System.Threading.Tasks.Sources;

namespace BackupEngine.DataPlane.Transfers;

/// <summary>
/// The right of one worker to compete for slots. For one thread at a time; used again and again, without allocating.
/// </summary>
public sealed class SlotTicket : IValueTaskSource
{
    private readonly WorkerSlots _slots;
    private ManualResetValueTaskSourceCore<bool> _called = new() { RunContinuationsAsynchronously = true };
    private CancellationTokenRegistration _giveUp;
    private CancellationToken _cancellationToken;

    internal SlotTicket(WorkerSlots slots, SlotShare share) => (_slots, Share) = (slots, share);

    /// <summary>The job's.</summary>
    internal SlotShare Share { get; }

    /// <summary>Turns that others had had when the worker began to wait. Belongs to the slots.</summary>
    internal long OthersBefore { get; set; }

    /// <summary>Whether the worker holds a slot.</summary>
    public bool IsHeld { get; private set; }

    /// <summary>Waits for a slot; nothing where one is held.</summary>
    public ValueTask EnterAsync(CancellationToken cancellationToken)
    {
        if (IsHeld)
        {
            return ValueTask.CompletedTask;
        }

        cancellationToken.ThrowIfCancellationRequested();
        _called.Reset();
        if (_slots.TryTake(this))
        {
            IsHeld = true;
            return ValueTask.CompletedTask;
        }

        _cancellationToken = cancellationToken;
        _giveUp = cancellationToken.UnsafeRegister(static ticket => ((SlotTicket)ticket!).GiveUp(), this);
        return new ValueTask(this, _called.Version);
    }

    /// <summary>Gives the slot back; nothing where none is held.</summary>
    public void Leave()
    {
        if (IsHeld)
        {
            IsHeld = false;
            _slots.Return(this);
        }
    }

    /// <summary>It has its slot.</summary>
    internal void Called() => _called.SetResult(true);

    /// <inheritdoc/>
    void IValueTaskSource.GetResult(short token)
    {
        _giveUp.Dispose();
        _called.GetResult(token);
        IsHeld = true;
    }

    /// <inheritdoc/>
    ValueTaskSourceStatus IValueTaskSource.GetStatus(short token) => _called.GetStatus(token);

    /// <inheritdoc/>
    void IValueTaskSource.OnCompleted(
        Action<object?> continuation, object? state, short token, ValueTaskSourceOnCompletedFlags flags) =>
        _called.OnCompleted(continuation, state, token, flags);

    private void GiveUp()
    {
        if (_slots.TryGiveUp(this))
        {
            _called.SetException(new OperationCanceledException(_cancellationToken));
        }
    }
}
