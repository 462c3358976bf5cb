namespace BackupEngine.Chunkstore.Retention;

/// <summary>What is kept of each volume; a backup that any rule keeps is kept. 0 is no rule.</summary>
public sealed record RetentionRules
{
    /// <summary>The newest so many.</summary>
    public int Last { get; init; }

    /// <summary>The newest of each of the newest so many hours that have any.</summary>
    public int Hourly { get; init; }

    /// <summary>The newest of each of the newest so many days that have any.</summary>
    public int Daily { get; init; }

    /// <summary>The newest of each of the newest so many weeks that have any.</summary>
    public int Weekly { get; init; }

    /// <summary>The newest of each of the newest so many months that have any.</summary>
    public int Monthly { get; init; }

    /// <summary>The newest of each of the newest so many years that have any.</summary>
    public int Yearly { get; init; }

    /// <summary>All that are younger than this, counted back from the newest one.</summary>
    public RetentionPeriod Within { get; init; }

    /// <summary>Where hours, days, weeks, months and years begin.</summary>
    public TimeZoneInfo TimeZone { get; init; } = TimeZoneInfo.Utc;

    /// <summary>Whether nothing at all would be kept.</summary>
    public bool KeepNothing =>
        Within.IsEmpty && Last <= 0 && Hourly <= 0 && Daily <= 0 && Weekly <= 0 && Monthly <= 0 && Yearly <= 0;
}
