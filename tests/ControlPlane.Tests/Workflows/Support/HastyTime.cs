namespace BackupEngine.ControlPlane.Tests.Workflows.Support;

/// <summary>Whoever waits for some time to pass waits a hundredth of it.</summary>
internal sealed class HastyTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Hasty(dueTime), Hasty(period));

    private static TimeSpan Hasty(TimeSpan time) => time > TimeSpan.Zero ? time / 100 : time;
}
