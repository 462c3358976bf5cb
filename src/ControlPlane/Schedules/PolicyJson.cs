using System.Text.Json;
using System.Text.Json.Serialization;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules.Calendar;
using BackupEngine.ControlPlane.Schedules.Retention;

namespace BackupEngine.ControlPlane.Schedules;

/// <summary>Rules, options and retention as records keep them.</summary>
[JsonSourceGenerationOptions(PropertyNamingPolicy = JsonKnownNamingPolicy.SnakeCaseLower)]
[JsonSerializable(typeof(IReadOnlyList<ScheduleRule>))]
[JsonSerializable(typeof(PolicyOptions))]
[JsonSerializable(typeof(RetentionRules))]
internal sealed partial class PolicyJson : JsonSerializerContext
{
    /// <summary>The rules of a policy.</summary>
    public static IReadOnlyList<ScheduleRule> RulesOf(BackupPolicyEntity policy) =>
        JsonSerializer.Deserialize(policy.RulesJson, Default.IReadOnlyListScheduleRule) ?? [];

    /// <summary>How its backups are made.</summary>
    public static PolicyOptions OptionsOf(BackupPolicyEntity policy) =>
        JsonSerializer.Deserialize(policy.OptionsJson, Default.PolicyOptions) ?? new PolicyOptions();

    /// <summary>What is kept; null: everything.</summary>
    public static RetentionRules? RetentionOf(BackupPolicyEntity policy) => policy.RetentionJson is { } json
        ? JsonSerializer.Deserialize(json, Default.RetentionRules)
        : null;

    /// <summary>When it is due.</summary>
    public static Recurrence RecurrenceOf(BackupPolicyEntity policy) =>
        new(RulesOf(policy), TimeZoneNames.Require(policy.TimeZone));

    /// <summary>Writes rules.</summary>
    public static string Write(IReadOnlyList<ScheduleRule> rules) =>
        JsonSerializer.Serialize(rules, Default.IReadOnlyListScheduleRule);

    /// <summary>Writes options.</summary>
    public static string Write(PolicyOptions options) => JsonSerializer.Serialize(options, Default.PolicyOptions);

    /// <summary>Writes what is kept.</summary>
    public static string? Write(RetentionRules? rules) =>
        rules is null ? null : JsonSerializer.Serialize(rules, Default.RetentionRules);
}
