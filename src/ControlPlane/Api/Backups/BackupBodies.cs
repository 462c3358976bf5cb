using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Versions;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>The bodies of requests for backups.</summary>
internal static class BackupBodies
{
    private const int MetadataSince = 43;
    private const int AvailabilityZoneSince = 51;

    private static readonly (string, Schema)[] CreateFields =
    [
        ("volume_id", BodyFields.Uuid),
        ("container", new TextSchema()),
        ("description", BodyFields.Description),
        ("incremental", BodyFields.Truth),
        ("force", BodyFields.Truth),
        ("name", BodyFields.Name),
        ("snapshot_id", BodyFields.UuidOrNull),
        (ActionOptions.Field, ActionOptions.Schema),
    ];

    private static readonly (string, Schema)[] UpdateFields =
        [("name", BodyFields.Name), ("description", BodyFields.Description)];

    /// <summary>Of the action <c>os-reset_status</c>.</summary>
    public static readonly Schema ResetStatus = ObjectSchema.Body("os-reset_status", new ObjectSchema
    {
        Properties = [("status", new TextSchema { Nullable = false })],
        Required = ["status"],
    });

    /// <summary>Of the action <c>os-cancel</c>, which looks at nothing in it.</summary>
    public static readonly Schema Cancel = ObjectSchema.Body("os-cancel", BodyFields.Anything);

    /// <summary>Of the action <c>os-protect</c>, which looks at nothing in it.</summary>
    public static readonly Schema Protect = ObjectSchema.Body("os-protect", BodyFields.Anything);

    /// <summary>Of the action <c>os-unprotect</c>, likewise.</summary>
    public static readonly Schema Unprotect = ObjectSchema.Body("os-unprotect", BodyFields.Anything);

    /// <summary>Of the action <c>os-verify</c>.</summary>
    public static readonly Schema Verify = ObjectSchema.Body("os-verify", new ObjectSchema
    {
        Properties =
        [
            (
                "level",
                new TextSchema { Nullable = false, OneOf = [VerificationLevel.Quick, VerificationLevel.Full] }),
            ("percent", new NumberSchema { Minimum = 1, Maximum = 100 }),
        ],
        Nullable = true,
    });

    /// <summary>Of the action <c>os-force_delete</c>.</summary>
    public static readonly Schema ForceDelete = ObjectSchema.Body("os-force_delete", new ObjectSchema
    {
        Properties = [],
        OtherFieldsAllowed = true,
        Nullable = true,
    });

    /// <summary>Of the import of a record.</summary>
    public static readonly Schema Import = ObjectSchema.Body("backup-record", new ObjectSchema
    {
        Properties =
        [
            ("backup_service", new TextSchema { Nullable = false, MinLength = 1 }),
            ("backup_url", new TextSchema { Nullable = false, MinLength = 1, MaxLength = int.MaxValue }),
        ],
        Required = ["backup_service", "backup_url"],
    });

    /// <summary>
    /// To restore a backup. What may be <c>null</c> in Block Storage, and ends in its 500, is refused.
    /// </summary>
    public static readonly Schema Restore = ObjectSchema.Body("restore", new ObjectSchema
    {
        Properties =
        [
            ("name", BodyFields.Name),
            ("volume_id", BodyFields.UuidOrNull),
            (ActionOptions.Field, ActionOptions.Schema),
        ],
    });

    /// <summary>To make a backup, at a version.</summary>
    public static Schema Create(Microversion version) => ObjectSchema.Body("backup", new ObjectSchema
    {
        Properties =
        [
            .. CreateFields,
            .. Since(version, MetadataSince, ("metadata", BodyFields.Metadata)),
            .. Since(version, AvailabilityZoneSince, ("availability_zone", new TextSchema())),
        ],
        Required = ["volume_id"],
    });

    /// <summary>To change a backup, at a version.</summary>
    public static Schema Update(Microversion version) => ObjectSchema.Body("backup", new ObjectSchema
    {
        Properties = [.. UpdateFields, .. Since(version, MetadataSince, ("metadata", new MetadataSchema()))],
    });

    private static IEnumerable<(string, Schema)> Since(Microversion version, int minor, (string, Schema) field) =>
        version.Has(minor) ? [field] : [];
}
