using System.Globalization;
using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Retention;

/// <summary>A length of time by the calendar: a month is as long as the month is.</summary>
/// <param name="Months">Months; a year is twelve.</param>
/// <param name="Hours">Hours; a day is 24, a week seven days.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RetentionPeriod(int Months, int Hours)
{
    private const int MaximumNumber = 10_000;

    /// <summary>Whether it has no length.</summary>
    public bool IsEmpty => Months <= 0 && Hours <= 0;

    /// <summary>
    /// Parses numbers with the units <c>y m w d h</c>, each at most once and in that order: <c>1y6m</c>, <c>30d</c>.
    /// </summary>
    public static bool TryParse(string? text, out RetentionPeriod period)
    {
        period = default;
        const string Units = "ymwdh";
        var rest = (text ?? "").AsSpan();
        var unit = -1;
        while (rest.Length > 0)
        {
            var digits = rest.IndexOfAnyExceptInRange('0', '9');
            var found = digits < 1 ? -1 : Units.IndexOf(rest[digits], StringComparison.Ordinal);
            if (found <= unit
                || !int.TryParse(rest[..digits], NumberStyles.None, CultureInfo.InvariantCulture, out var number)
                || number > MaximumNumber)
            {
                return false;
            }

            period = period.Add(Units[found], number);
            unit = found;
            rest = rest[(digits + 1)..];
        }

        return !period.IsEmpty;
    }

    /// <summary>The time so much earlier; the earliest there is where the calendar ends.</summary>
    public DateTimeOffset Before(DateTimeOffset time)
    {
        try
        {
            return time.AddMonths(-Months).AddHours(-Hours);
        }
        catch (ArgumentOutOfRangeException)
        {
            return DateTimeOffset.MinValue;
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
