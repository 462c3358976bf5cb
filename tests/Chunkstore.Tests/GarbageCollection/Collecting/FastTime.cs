namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Collecting;

/// <summary>
/// A clock whose timers come a thousand times sooner, so that who waits for somebody waits for him alone.
/// </summary>
internal sealed class FastTime : TimeProvider
{
    private const int Factor = 1000;

    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Sooner(dueTime), Sooner(period));

    private static TimeSpan Sooner(TimeSpan time) =>
        time <= TimeSpan.Zero ? time : TimeSpan.FromMilliseconds(Math.Ceiling(time.TotalMilliseconds / Factor));
}
