using System.Diagnostics.CodeAnalysis;

namespace BackupEngine.ControlPlane.Api.Faults;

/// <summary>
/// The refusals, with the texts that clients of Block Storage know. Each answers with what is to be thrown.
/// </summary>
internal static class Fault
{
    /// <summary>For what is asked for in a way that cannot be understood, where no better text is known.</summary>
    public const string GenericBadRequest =
        "The server could not comply with the request since it is either malformed or otherwise incorrect.";

    /// <summary>For what is not there, where no better text is known.</summary>
    public const string GenericNotFound = "The resource could not be found.";

    /// <summary>For a defect of the server.</summary>
    public const string GenericServerError =
        "The server has either erred or is incapable of performing the requested operation.";

    /// <summary>400.</summary>
    public static ApiFaultException BadRequest(string message) => new(StatusCodes.Status400BadRequest, message);

    /// <summary>400: the body is not what its content type says.</summary>
    public static ApiFaultException MalformedBody() => BadRequest("Malformed request body");

    /// <summary>400: a value that passed the schema is not one that can be used.</summary>
    public static ApiFaultException InvalidInput(string reason) => BadRequest("Invalid input received: " + reason);

    /// <summary>400: the volume is not in a state for this.</summary>
    public static ApiFaultException InvalidVolume(string reason) => BadRequest("Invalid volume: " + reason);

    /// <summary>400: the snapshot is not in a state for this.</summary>
    public static ApiFaultException InvalidSnapshot(string reason) => BadRequest("Invalid snapshot: " + reason);

    /// <summary>400: the backup is not in a state for this.</summary>
    public static ApiFaultException InvalidBackup(string reason) => BadRequest("Invalid backup: " + reason);

    /// <summary>403: the policy says no.</summary>
    public static ApiFaultException Forbidden(string rule) =>
        new(StatusCodes.Status403Forbidden, $"Policy doesn't allow {rule} to be performed.");

    /// <summary>
    /// 503: the database is away. Whether a change was committed before its answer was lost is not known.
    /// </summary>
    public static ApiFaultException DatabaseAway(bool changes) => new(
        StatusCodes.Status503ServiceUnavailable,
        "The database is not available at the moment. Try again in a few seconds"
        + (changes ? "; look first whether the request was carried out." : "."))
    {
        RetryAfterSeconds = 5,
    };

    /// <summary>404 without more.</summary>
    public static ApiFaultException NotFound() => new(StatusCodes.Status404NotFound, GenericNotFound);

    /// <summary>404 for a volume, also for one of another project.</summary>
    public static ApiFaultException VolumeNotFound(string id) => NotFound("Volume", id);

    /// <summary>404 for a snapshot, also for one of another project.</summary>
    public static ApiFaultException SnapshotNotFound(string id) => NotFound("Snapshot", id);

    /// <summary>404 for a backup, also for one of another project.</summary>
    public static ApiFaultException BackupNotFound(string id) => NotFound("Backup", id);

    /// <summary>404 for a backup policy, also for one of another project.</summary>
    public static ApiFaultException BackupPolicyNotFound(string id) => NotFound("Backup policy", id);

    /// <summary>Throws the fault if something was not found.</summary>
    public static T OrThrow<T>([NotNull] T? found, Func<ApiFaultException> fault)
        where T : class => found ?? throw fault();

    private static ApiFaultException NotFound(string kind, string id) =>
        new(StatusCodes.Status404NotFound, $"{kind} {id} could not be found.");
}
