using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Versions;

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
    ];

    private static readonly (string, Schema)[] UpdateFields =
        [("name", BodyFields.Name), ("description", BodyFields.Description)];

    /// <summary>
    /// To restore a backup. What may be <c>null</c> in Block Storage, and ends in its 500, is refused.
    /// </summary>
    public static readonly Schema Restore = ObjectSchema.Body("restore", new ObjectSchema
    {
        Properties = [("name", BodyFields.Name), ("volume_id", BodyFields.UuidOrNull)],
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
