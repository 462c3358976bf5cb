using BackupEngine.ControlPlane.Api.Bodies;

namespace BackupEngine.ControlPlane.Api.Snapshots;

/// <summary>The bodies of requests for snapshots.</summary>
internal static class SnapshotBodies
{
    /// <summary>To take a snapshot.</summary>
    public static readonly Schema Create = ObjectSchema.Body("snapshot", new ObjectSchema
    {
        Properties =
        [
            ("name", BodyFields.Name),
            ("display_name", BodyFields.Name),
            ("description", BodyFields.Description),
            ("volume_id", BodyFields.UuidOrNull),
            ("force", BodyFields.Truth),
            ("metadata", BodyFields.Metadata),
        ],
        Required = ["volume_id"],
    });

    /// <summary>To change a snapshot.</summary>
    public static readonly Schema Update = ObjectSchema.Body("snapshot", new ObjectSchema
    {
        Properties =
        [
            ("name", BodyFields.Name),
            ("description", BodyFields.Description),
            ("display_name", BodyFields.Name),
            ("display_description", BodyFields.Description),
        ],
        AnyOf = ["name", "description", "display_name", "display_description"],
    });
}
