using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Versions;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>The bodies of requests for volumes.</summary>
internal static class VolumeBodies
{
    private const int GroupSince = 13;
    private const int BackupSince = 47;
    private const int StrictSince = 53;

    private static readonly (string, Schema)[] CreateFields =
    [
        ("name", BodyFields.TrimmedName),
        ("description", BodyFields.TrimmedDescription),
        ("display_name", BodyFields.TrimmedName),
        ("display_description", BodyFields.TrimmedDescription),
        ("volume_type", new TextSchema()),
        ("metadata", BodyFields.Metadata),
        ("snapshot_id", BodyFields.UuidOrNull),
        ("source_volid", BodyFields.UuidOrNull),
        ("consistencygroup_id", BodyFields.UuidOrNull),
        ("size", new SizeSchema()),
        ("availability_zone", new TextSchema { MinLength = 1 }),
        ("multiattach", new TruthSchema { Nullable = true }),
        ("image_id", new TextSchema()),
        ("imageRef", new TextSchema()),
    ];

    private static readonly Schema Hints = new ObjectSchema
    {
        Properties = [],
        OtherFieldsAllowed = true,
        Nullable = true,
    };

    /// <summary>To change a volume.</summary>
    public static readonly Schema Update = ObjectSchema.Body("volume", new ObjectSchema
    {
        Properties =
        [
            ("name", BodyFields.TrimmedName),
            ("description", BodyFields.TrimmedDescription),
            ("display_name", BodyFields.TrimmedName),
            ("display_description", BodyFields.TrimmedDescription),
            ("metadata", new MetadataSchema()),
        ],
    });

    /// <summary>To say that a server uses a volume.</summary>
    public static readonly Schema Attach = ObjectSchema.Body("os-attach", new ObjectSchema
    {
        Properties =
        [
            ("instance_uuid", BodyFields.Uuid),
            ("mountpoint", new TextSchema { Nullable = false, MinLength = 1 }),
            ("host_name", new TextSchema { Nullable = false }),
            ("mode", new TextSchema { Nullable = false, OneOf = ["rw", "ro"] }),
        ],
        Required = ["mountpoint"],
        AnyOf = ["instance_uuid", "host_name"],
    });

    /// <summary>To say that it does no longer.</summary>
    public static readonly Schema Detach = ObjectSchema.Body("os-detach", new ObjectSchema
    {
        Properties = [("attachment_id", BodyFields.UuidOrNull)],
        Nullable = true,
    });

    /// <summary>To make a volume reachable.</summary>
    public static readonly Schema Extend = ObjectSchema.Body("os-extend", new ObjectSchema
    {
        Properties = [("new_size", new SizeSchema { Nullable = false })],
        Required = ["new_size"],
    });

    /// <summary>Of the action <c>os-set_bootable</c>.</summary>
    public static readonly Schema SetBootable = ObjectSchema.Body("os-set_bootable", new ObjectSchema
    {
        Properties = [("bootable", BodyFields.Truth)],
        Required = ["bootable"],
    });

    /// <summary>Of the action <c>os-force_delete</c>.</summary>
    public static readonly Schema ForceDelete = ObjectSchema.Body("os-force_delete", new ObjectSchema
    {
        Properties = [],
        OtherFieldsAllowed = true,
        Nullable = true,
    });

    /// <summary>Of the action <c>os-reset_status</c>.</summary>
    public static readonly Schema ResetStatus = ObjectSchema.Body("os-reset_status", new ObjectSchema
    {
        Properties =
        [
            ("status", new TextSchema
            {
                Nullable = false,
                OneOf = [VolumeStatus.Available, VolumeStatus.Error, VolumeStatus.InUse],
            }),
            ("attach_status", BodyFields.Anything),
            ("migration_status", BodyFields.Anything),
        ],
        AnyOf = ["status"],
    });

    /// <summary>Of the action <c>os-initialize_connection</c>.</summary>
    public static readonly Schema InitializeConnection = Connection("os-initialize_connection");

    /// <summary>To end that.</summary>
    public static readonly Schema TerminateConnection = Connection("os-terminate_connection");

    /// <summary>To make a volume, at a version.</summary>
    public static Schema Create(Microversion version) => new ObjectSchema
    {
        Properties =
        [
            ("volume", new ObjectSchema
            {
                Properties =
                [
                    .. CreateFields,
                    .. Since(version, GroupSince, ("group_id", new TextSchema())),
                    .. Since(version, BackupSince, ("backup_id", BodyFields.UuidOrNull)),
                ],
                OtherFieldsAllowed = !version.Has(StrictSince),
            }),
            ("OS-SCH-HNT:scheduler_hints", Hints),
        ],
        Required = ["volume"],
    };

    private static IEnumerable<(string, Schema)> Since(Microversion version, int minor, (string, Schema) field) =>
        version.Has(minor) ? [field] : [];

    private static ObjectSchema Connection(string action) => ObjectSchema.Body(action, new ObjectSchema
    {
        Properties = [("connector", new ObjectSchema { Properties = [], OtherFieldsAllowed = true })],
        Required = ["connector"],
    });
}
