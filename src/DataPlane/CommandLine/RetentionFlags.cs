using System.CommandLine;
using System.CommandLine.Parsing;
using System.Globalization;
using BackupEngine.Chunkstore.Retention;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>The flags that say what is kept.</summary>
internal sealed class RetentionFlags
{
    private const string Unlimited = "unlimited";

    private readonly Option<int?> _last = Count("--keep-last", "The newest N backups.");
    private readonly Option<int?> _hourly = Count("--keep-hourly", "The newest of each of the newest N hours.");
    private readonly Option<int?> _daily = Count("--keep-daily", "The newest of each of the newest N days.");
    private readonly Option<int?> _weekly = Count("--keep-weekly", "The newest of each of the newest N ISO weeks.");
    private readonly Option<int?> _monthly = Count("--keep-monthly", "The newest of each of the newest N months.");
    private readonly Option<int?> _yearly = Count("--keep-yearly", "The newest of each of the newest N years.");

    private readonly Option<string?> _within = new("--keep-within")
    {
        Description = "All that are younger than this, counted back from the newest: 36h, 30d, 1y6m. Units y m w d h.",
        HelpName = "DURATION",
    };

    private readonly Option<string?> _timeZone = new("--timezone")
    {
        Description = "Where hours to years begin: UTC, Europe/Berlin. Default: UTC.",
        HelpName = "NAME",
    };

    public RetentionFlags(Command command)
    {
        foreach (var option in (Option[])[_last, _hourly, _daily, _weekly, _monthly, _yearly, _within, _timeZone])
        {
            command.Add(option);
        }
    }

    /// <summary>The rules that were given.</summary>
    /// <exception cref="UsageException">None was given, or one cannot be understood.</exception>
    public RetentionRules Rules(ParseResult arguments)
    {
        var rules = new RetentionRules
        {
            Last = arguments.GetValue(_last) ?? 0,
            Hourly = arguments.GetValue(_hourly) ?? 0,
            Daily = arguments.GetValue(_daily) ?? 0,
            Weekly = arguments.GetValue(_weekly) ?? 0,
            Monthly = arguments.GetValue(_monthly) ?? 0,
            Yearly = arguments.GetValue(_yearly) ?? 0,
            Within = Within(arguments.GetValue(_within)),
            TimeZone = Zone(arguments.GetValue(_timeZone)),
        };
        return !rules.KeepNothing
            ? rules
            : throw new UsageException(
                "The rules keep nothing: give at least one --keep-... that is not 0. Nothing was removed. The last "
                + "backup of a volume is removed by delete only.");
    }

    private static RetentionPeriod Within(string? text)
    {
        var period = default(RetentionPeriod);
        return text is null || RetentionPeriod.TryParse(text, out period)
            ? period
            : throw new UsageException(
                $"'{text}' is not a duration: numbers with the units y, m, w, d, h in this order, such as 36h, 30d or "
                + "1y6m. Nothing was removed.");
    }

    private static TimeZoneInfo Zone(string? name)
    {
        var zone = TimeZoneInfo.Utc;
        return name is null || TimeZoneInfo.TryFindSystemTimeZoneById(name, out zone)
            ? zone
            : throw new UsageException(
                $"'{name}' is not a time zone that this host knows. Nothing was removed. Use UTC, or a name such as "
                + "Europe/Berlin.");
    }

    private static Option<int?> Count(string name, string description) => new(name)
    {
        Description = $"{description} A number, or '{Unlimited}'.",
        HelpName = "N",
        CustomParser = ParseCount,
    };

    private static int? ParseCount(ArgumentResult result)
    {
        var text = result.Tokens[0].Value;
        if (text == Unlimited)
        {
            return int.MaxValue;
        }

        if (int.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out var count))
        {
            return count;
        }

        result.AddError($"'{text}' is neither a number nor '{Unlimited}'.");
        return null;
    }
}
