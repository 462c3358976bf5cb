namespace BackupEngine.ControlPlane.Api.Faults;

/// <summary>
/// The request is refused, and has changed nothing. It becomes the answer, see <see cref="FaultWriter"/>.
/// </summary>
internal sealed class ApiFaultException(int code, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Code { get; } = code;

    /// <summary>Set for a refusal for lack of quota: the client may try again at once.</summary>
    public bool RetryAfterZero => Code == StatusCodes.Status413PayloadTooLarge;

    /// <summary>Seconds after which a client is to try again; null: nothing is said of it.</summary>
    public int? RetryAfterSeconds { get; init; }
}
