using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Versions;

namespace BackupEngine.ControlPlane.Api.Attachments;

/// <summary>The bodies of requests for attachments.</summary>
internal static class AttachmentBodies
{
    /// <summary>The field that holds an attachment.</summary>
    public const string Field = "attachment";

    /// <summary>The one action.</summary>
    public const string CompleteAction = "os-complete";

    private const int ModeSince = 54;

    private static readonly string[] Modes = ["rw", "ro"];

    /// <summary>To connect an attachment.</summary>
    public static readonly Schema Update = ObjectSchema.Body(Field, new ObjectSchema
    {
        Properties = [("connector", Connector(nullable: false, minProperties: 1))],
        Required = ["connector"],
    });

    /// <summary>Of the action <c>os-complete</c>.</summary>
    public static readonly Schema Complete = ObjectSchema.Body(CompleteAction, BodyFields.Anything);

    /// <summary>To make an attachment, at a version.</summary>
    public static Schema Create(Microversion version) => ObjectSchema.Body(Field, new ObjectSchema
    {
        Properties =
        [
            ("instance_uuid", BodyFields.Uuid),
            ("connector", Connector(nullable: true, minProperties: 0)),
            ("volume_uuid", BodyFields.Uuid),
            .. version.Has(ModeSince)
                ? [("mode", new TextSchema { Nullable = false, OneOf = Modes })]
                : Array.Empty<(string, Schema)>(),
        ],
        Required = ["volume_uuid"],
    });

    /// <summary>What is read of a connector has a form; the rest is the client's own.</summary>
    private static ObjectSchema Connector(bool nullable, int minProperties) => new()
    {
        Properties =
        [
            ("host", new TextSchema()),
            ("mountpoint", new TextSchema()),
            ("mode", new TextSchema { OneOf = Modes }),
        ],
        OtherFieldsAllowed = true,
        Nullable = nullable,
        MinProperties = minProperties,
    };
}
