namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings;

/// <summary>
/// A clock without a hand: it stands still but for the jumps that a test makes, and timers never fire on their own. A
/// wait that happens once ends when the schedule gives its owner a turn; what should happen periodically is called by
/// the tests.
/// </summary>
internal sealed class ParkingTime(Participant? participant) : TimeProvider
{
    private static readonly DateTimeOffset Beginning = new(2026, 1, 1, 0, 0, 0, TimeSpan.Zero);
    private static long _millisecond;

    private TimeSpan _jumped;

    public override long TimestampFrequency => TimeSpan.TicksPerSecond;

    /// <summary>Another millisecond at every look, so that names made later are sorted later.</summary>
    public override DateTimeOffset GetUtcNow() =>
        Beginning.AddMilliseconds(Interlocked.Increment(ref _millisecond)) + _jumped;

    public override long GetTimestamp() => _jumped.Ticks;

    public void Jump(TimeSpan time) => _jumped += time;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        var timer = new ParkingTimer();
        var isOnce = period == Timeout.InfiniteTimeSpan || period == TimeSpan.Zero;
        if (participant is not null && isOnce && dueTime != Timeout.InfiniteTimeSpan)
        {
            _ = Task.Run(() => Wait(callback, state, dueTime, timer));
        }

        return timer;
    }

    private void Wait(TimerCallback callback, object? state, TimeSpan dueTime, ParkingTimer timer)
    {
        try
        {
            participant!.Yield($"wait {dueTime.TotalSeconds} s");
            Jump(dueTime);
        }
        catch (ProcessDiedException)
        {
            // Whoever waits goes on, and fails with its next call.
        }

        if (!timer.IsDisposed)
        {
            callback(state);
        }
    }

    private sealed class ParkingTimer : ITimer
    {
        public bool IsDisposed { get; private set; }

        public bool Change(TimeSpan dueTime, TimeSpan period) => true;

        public void Dispose() => IsDisposed = true;

        public ValueTask DisposeAsync()
        {
            Dispose();
            return ValueTask.CompletedTask;
        }
    }
}
