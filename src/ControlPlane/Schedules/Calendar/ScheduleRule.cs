using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Schedules.Calendar;

/// <summary>When a policy is due, in the local time of its zone.</summary>
public sealed record ScheduleRule
{
    /// <summary>One of <see cref="ScheduleRuleType"/>.</summary>
    public required string Type { get; init; }

    /// <summary>Of an hourly rule: the minute of each hour.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Minute { get; init; }

    /// <summary>Of the others: the time of day, <c>HH:MM</c> or <c>HH:MM:SS</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Time { get; init; }

    /// <summary>Of a weekly rule: the days, <c>monday</c> to <c>sunday</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyList<string>? Days { get; init; }

    /// <summary>Of a monthly rule: the day, from 1; in a shorter month its last day.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? Day { get; init; }
}
