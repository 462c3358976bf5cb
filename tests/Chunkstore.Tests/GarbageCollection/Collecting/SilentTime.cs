namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Collecting;

/// <summary>A clock whose timers never come.</summary>
internal sealed class SilentTime : TimeProvider
{
    public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
        base.CreateTimer(callback, state, Timeout.InfiniteTimeSpan, Timeout.InfiniteTimeSpan);
}
