using System.Globalization;
using System.Runtime.InteropServices;

namespace BackupEngine.ControlPlane.Schedules.Retention;

/// <summary>A length of time by the calendar, written as <c>prune</c> of the data plane has it.</summary>
/// <param name="Months">Months; a year is twelve.</param>
/// <param name="Hours">Hours; a day is 24, a week seven days.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RetentionPeriod(int Months, int Hours)
{
    private const int MaximumNumber = 10_000;
    private const string Units = "ymwdh";

    /// <summary>
    /// Reads numbers with the units <c>y m w d h</c>, each at most once and in that order; null for anything else.
    /// </summary>
    public static RetentionPeriod? Find(string text)
    {
        var period = default(RetentionPeriod);
        var rest = text.AsSpan();
        var unit = -1;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            var found = digits < 1 ? -1 : Units.IndexOf(rest[digits], StringComparison.Ordinal);
            if (found <= unit
                || !int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number > MaximumNumber)
                return null;
            (period, unit) = (period.Add(Units[found], number), found);
            rest = rest[(digits + 1)..];
        }

        return period is { Months: 0, Hours: 0 } ? null : period;
    }

    /// <summary>The time so much earlier, UTC; the earliest there is where the calendar ends.</summary>
    public DateTime Before(DateTime time)
    {
        try
        {
            return time.AddMonths(-Months).AddHours(-Hours);
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTime.MinValue;
        }
    }

    private RetentionPeriod Add(char unit, int number) => unit switch
    {
        'y' => this with { Months = Months + (number * 12) },
        'm' => this with { Months = Months + number },
        'w' => this with { Hours = Hours + (number * 7 * 24) },
        'd' => this with { Hours = Hours + (number * 24) },
        _ => this with { Hours = Hours + number },
    };
}
