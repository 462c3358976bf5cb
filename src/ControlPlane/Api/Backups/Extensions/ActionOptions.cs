using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Backups.Extensions;

/// <summary>
/// What a backup or a restore may be asked for beside what Block Storage knows: an object in the body, under a name
/// that no client of Block Storage sends.
/// </summary>
/// <param name="RateLimitMiB">What it may transfer, in MiB per second; 0: nothing was asked.</param>
/// <param name="Priority">One of <see cref="BackupPriority"/>.</param>
internal sealed record ActionOptions(int RateLimitMiB, int Priority)
{
    /// <summary>The field of the body.</summary>
    public const string Field = "backup-engine:options";

    /// <summary>What holds where nothing is asked.</summary>
    public static readonly ActionOptions Usual = new(0, BackupPriority.Normal);

    private const string RateLimit = "rate_limit_mib";
    private const string PriorityField = "priority";
    private const int HighestRateLimitMiB = 1 << 20;

    private static readonly Dictionary<string, int> Priorities = new(StringComparer.Ordinal)
    {
        ["low"] = BackupPriority.Low,
        ["normal"] = BackupPriority.Normal,
        ["urgent"] = BackupPriority.Urgent,
    };

    /// <summary>What may be in the object.</summary>
    public static readonly (string Name, Schema Schema)[] Fields =
    [
        (RateLimit, new NumberSchema { Minimum = 1, Maximum = HighestRateLimitMiB }),
        (PriorityField, new TextSchema { Nullable = false, OneOf = [.. Priorities.Keys] }),
    ];

    /// <summary>The object.</summary>
    public static readonly Schema Schema = new ObjectSchema { Properties = Fields };

    /// <summary>Reads what passed the schema.</summary>
    /// <param name="owner">The object that has the field.</param>
    public static ActionOptions Read(BodyValue owner) => ReadFields(owner[Field]);

    /// <summary>Reads the fields of an object that passed the schema; null: nothing is asked.</summary>
    public static ActionOptions ReadFields(BodyValue? given) => new(
        NumberSchema.Read(given?[RateLimit]) ?? 0,
        given?[PriorityField] is { } priority ? Priorities[priority.Text] : BackupPriority.Normal);

    /// <summary>The priority of a name that was checked when it was written.</summary>
    public static int PriorityOf(string name) => Priorities[name];

    /// <summary>How a priority is called.</summary>
    public static string NameOf(int priority) => Priorities.First(known => known.Value == priority).Key;
}
