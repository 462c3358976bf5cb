using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Schedules.Retention;

/// <summary>
/// What is kept of a policy's backups of each volume, as <c>prune</c> of the data plane has it (docs/retention.md). A
/// backup that any rule keeps is kept; 0 is no rule.
/// </summary>
public sealed record RetentionRules
{
    /// <summary>The newest so many.</summary>
    public int KeepLast { get; init; }

    /// <summary>The newest of each of the newest so many hours that have any.</summary>
    public int KeepHourly { get; init; }

    /// <summary>The newest of each of the newest so many days that have any.</summary>
    public int KeepDaily { get; init; }

    /// <summary>The newest of each of the newest so many weeks (ISO 8601) that have any.</summary>
    public int KeepWeekly { get; init; }

    /// <summary>The newest of each of the newest so many months that have any.</summary>
    public int KeepMonthly { get; init; }

    /// <summary>The newest of each of the newest so many years that have any.</summary>
    public int KeepYearly { get; init; }

    /// <summary>
    /// All that are younger than this, counted back from the newest one: <c>36h</c>, <c>30d</c>, <c>1y6m</c>.
    /// </summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? KeepWithin { get; init; }

    /// <summary>Whether nothing at all would be kept.</summary>
    [JsonIgnore]
    public bool KeepNothing => KeepWithin is null
        && KeepLast + (long)KeepHourly + KeepDaily + KeepWeekly + KeepMonthly + KeepYearly == 0;
}
