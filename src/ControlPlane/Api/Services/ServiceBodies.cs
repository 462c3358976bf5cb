using BackupEngine.ControlPlane.Api.Bodies;

namespace BackupEngine.ControlPlane.Api.Services;

/// <summary>The bodies that let a service take work, or not.</summary>
internal static class ServiceBodies
{
    private static readonly (string, Schema)[] Named =
    [
        ("host", new TextSchema { Nullable = false, MinLength = 1 }),
        ("binary", new TextSchema { Nullable = false, MinLength = 1 }),
        ("service", new TextSchema { Nullable = false, MinLength = 1 }),
        ("cluster", new TextSchema()),
        ("disabled_reason", new TextSchema { MinLength = 1 }),
    ];

    /// <summary>Of enable and disable.</summary>
    public static readonly Schema Update = new ObjectSchema { Properties = Named, Required = ["host"] };

    /// <summary>Of disable with a reason.</summary>
    public static readonly Schema WithReason = new ObjectSchema
    {
        Properties = Named,
        Required = ["host", "disabled_reason"],
    };
}
