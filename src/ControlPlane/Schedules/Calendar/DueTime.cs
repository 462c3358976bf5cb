using System.Runtime.InteropServices;

namespace BackupEngine.ControlPlane.Schedules.Calendar;

/// <summary>What is due of a policy at a moment.</summary>
/// <param name="At">The newest due time that has passed, UTC: it is the one that is done.</param>
/// <param name="Missed">Due times before it that have passed as well: they are not done any more.</param>
/// <param name="Next">The first due time that has not passed, UTC.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct DueTime(DateTime At, int Missed, DateTime Next)
{
    /// <summary>
    /// Due times further back are not counted one by one; it is longer than any rule is apart, so none is overlooked.
    /// </summary>
    private static readonly TimeSpan Horizon = TimeSpan.FromDays(63);

    /// <summary>What is due at a moment, of a policy whose next due time has passed.</summary>
    /// <param name="recurrence">The rules.</param>
    /// <param name="first">The first due time that has not been done, UTC.</param>
    /// <param name="now">The moment, UTC; not before <paramref name="first"/>.</param>
    public static DueTime Of(Recurrence recurrence, DateTime first, DateTime now)
    {
        var (at, missed) = (first, 0);
        var next = recurrence.NextAfter(first > now - Horizon ? first : now - Horizon);
        while (next <= now)
        {
            (at, missed) = (next, missed + 1);
            next = recurrence.NextAfter(next);
        }

        return new DueTime(at, missed, next);
    }
}
