namespace BackupEngine.ControlPlane.Tests.Workflows.Support;

/// <summary>
/// Whoever waits for some time to pass waits until the test lets time go on, and then as long as asked.
/// </summary>
internal sealed class HeldTime : TimeProvider
{
    private readonly Lock _sync = new();
    private readonly List<(ITimer Timer, TimeSpan Due, TimeSpan Period)> _held = [];
    private bool _released;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period)
    {
        lock (_sync)
        {
            if (_released)
                return base.CreateTimer(callback, state, dueTime, period);
            var timer = base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
            _held.Add((timer, dueTime, period));
            return timer;
        }
    }

    /// <summary>Time goes on.</summary>
    public void Release()
    {
        lock (_sync)
        {
            _released = true;
            foreach (var (timer, due, period) in _held)
                timer.Change(due, period);
        }
    }
}
