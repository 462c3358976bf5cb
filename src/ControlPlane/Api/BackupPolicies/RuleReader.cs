using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Schedules.Calendar;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>Reads the rules of a policy: each has the fields of its type, and no other.</summary>
internal static class RuleReader
{
    /// <summary>Reads a rule that passed its schema.</summary>
    /// <exception cref="ApiFaultException">400: a field is missing, too many, or not a time of day.</exception>
    public static ScheduleRule Read(BodyValue body)
    {
        var type = body["type"]!.Text;
        var allowed = FieldsOf(type);
        foreach (var field in body.Fields.Keys.Where(field => field != "type" && !allowed.Contains(field)))
            throw Refusal(type, $"it has no {field}");
        foreach (var field in allowed.Where(field => field != "minute" && body[field] is null))
            throw Refusal(type, $"{field} is missing");
        if (body["time"] is { } time && TimeOfDay.Find(time.Text) is null)
            throw Refusal(type, $"time is '{time.Text}', not HH:MM or HH:MM:SS from 00:00 to 23:59:59");
        return new ScheduleRule
        {
            Type = type,
            Minute = type == ScheduleRuleType.Hourly ? NumberSchema.Read(body["minute"]) ?? 0 : null,
            Time = body["time"]?.Text,
            Days = body["days"]?.Items.Select(day => day.Text).Distinct(StringComparer.Ordinal).ToList(),
            Day = NumberSchema.Read(body["day"]),
        };
    }

    private static string[] FieldsOf(string type) => type switch
    {
        ScheduleRuleType.Hourly => ["minute"],
        ScheduleRuleType.Weekly => ["time", "days"],
        ScheduleRuleType.Monthly => ["time", "day"],
        _ => ["time"],
    };

    private static ApiFaultException Refusal(string type, string reason) => Fault.InvalidInput(
        $"A rule of the type {type} has the fields {string.Join(" and ", FieldsOf(type))}: {reason}.");
}
