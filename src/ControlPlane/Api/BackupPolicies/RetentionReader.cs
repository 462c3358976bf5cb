using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Schedules.Retention;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>Reads what a policy keeps.</summary>
internal static class RetentionReader
{
    /// <summary>Reads retention that passed its schema; null: everything is kept.</summary>
    /// <exception cref="ApiFaultException">400: it keeps nothing, or a duration cannot be read.</exception>
    public static RetentionRules? Read(BodyValue? body)
    {
        if (body is null)
            return null;
        var within = body["keep_within"]?.Text;
        if (within is not null && RetentionPeriod.Find(within) is null)
            throw Fault.InvalidInput(
                $"keep_within is '{within}', not a duration: numbers with the units y, m, w, d, h in this order, such "
                + "as 36h, 30d or 1y6m.");
        var rules = new RetentionRules
        {
            KeepLast = CountOf(body, "keep_last"),
            KeepHourly = CountOf(body, "keep_hourly"),
            KeepDaily = CountOf(body, "keep_daily"),
            KeepWeekly = CountOf(body, "keep_weekly"),
            KeepMonthly = CountOf(body, "keep_monthly"),
            KeepYearly = CountOf(body, "keep_yearly"),
            KeepWithin = within,
        };
        return rules.KeepNothing
            ? throw Fault.InvalidInput(
                "The retention keeps nothing: give at least one keep_... that is not 0, or null to keep everything.")
            : rules;
    }

    private static int CountOf(BodyValue body, string field) => NumberSchema.Read(body[field]) ?? 0;
}
