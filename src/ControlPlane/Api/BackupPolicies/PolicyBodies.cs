using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Schedules.Calendar;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>The bodies of requests for backup policies.</summary>
internal static class PolicyBodies
{
    /// <summary>The field that holds a policy.</summary>
    public const string Field = "backup_policy";

    private const int MostRules = 24;
    private const int LongestWindow = 43_200;
    private const int MostKept = 100_000;
    private const int LongestFullEvery = 10_000;

    private static readonly Schema Rule = new ObjectSchema
    {
        Properties =
        [
            ("type", new TextSchema { Nullable = false, OneOf = ScheduleRuleType.All }),
            ("minute", new NumberSchema { Minimum = 0, Maximum = 59 }),
            ("time", new TextSchema { Nullable = false, MaxLength = 8 }),
            ("days", new ListSchema
            {
                Items = new TextSchema { Nullable = false, OneOf = WeekDays.Names },
                MinItems = 1,
                MaxItems = 7,
            }),
            ("day", new NumberSchema { Minimum = 1, Maximum = 31 }),
        ],
        Required = ["type"],
    };

    private static readonly Schema Options = new ObjectSchema
    {
        Properties =
        [
            ("incremental", BodyFields.Truth),
            ("full_every", new NumberSchema { Minimum = 0, Maximum = LongestFullEvery }),
            ("force", BodyFields.Truth),
            ("name_template", new TextSchema { Nullable = false, MinLength = 1 }),
            ("description", BodyFields.Description),
            ("container", new TextSchema()),
            ("availability_zone", new TextSchema()),
            ("metadata", BodyFields.Metadata),
            .. ActionOptions.Fields,
        ],
        Nullable = true,
    };

    private static readonly Schema Count = new NumberSchema { Minimum = 0, Maximum = MostKept };

    private static readonly Schema Retention = new ObjectSchema
    {
        Properties =
        [
            ("keep_last", Count), ("keep_hourly", Count), ("keep_daily", Count), ("keep_weekly", Count),
            ("keep_monthly", Count), ("keep_yearly", Count), ("keep_within", new TextSchema { MaxLength = 32 }),
        ],
        Nullable = true,
    };

    private static readonly (string, Schema)[] Fields =
    [
        ("name", new TextSchema { Nullable = false, MinLength = 1 }),
        ("description", BodyFields.Description),
        ("enabled", BodyFields.Truth),
        ("timezone", new TextSchema { Nullable = false, MinLength = 1, MaxLength = 64 }),
        ("jitter_seconds", new NumberSchema { Minimum = 0, Maximum = LongestWindow }),
        ("rules", new ListSchema { Items = Rule, MinItems = 1, MaxItems = MostRules }),
        ("options", Options),
        ("retention", Retention),
        ("all_volumes", BodyFields.Truth),
    ];

    /// <summary>To make a policy.</summary>
    public static readonly Schema Create = ObjectSchema.Body(
        Field, new ObjectSchema { Properties = Fields, Required = ["name", "rules"] });

    /// <summary>To change one: what is not named stays.</summary>
    public static readonly Schema Update = ObjectSchema.Body(
        Field, new ObjectSchema { Properties = Fields, AnyOf = [.. Fields.Select(field => field.Item1)] });

    /// <summary>Of the action <c>os-assign</c>: the policy holds for a volume.</summary>
    public static readonly Schema Assign = OfVolume(PolicyActions.Assign);

    /// <summary>Of the action <c>os-exclude</c>: it leaves a volume out.</summary>
    public static readonly Schema Exclude = OfVolume(PolicyActions.Exclude);

    /// <summary>Of the action <c>os-unassign</c>: it does not name a volume any more.</summary>
    public static readonly Schema Unassign = OfVolume(PolicyActions.Unassign);

    private static ObjectSchema OfVolume(string action) => ObjectSchema.Body(
        action, new ObjectSchema { Properties = [("volume_id", BodyFields.Uuid)], Required = ["volume_id"] });
}
