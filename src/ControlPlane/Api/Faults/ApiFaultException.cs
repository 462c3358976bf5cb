namespace BackupEngine.ControlPlane.Api.Faults;

/// <summary>
/// The request is refused, and has changed nothing. It becomes the answer, see <see cref="FaultWriter"/>.
/// </summary>
internal sealed class ApiFaultException(int code, string message) : Exception(message)
{
    /// <summary>The HTTP status.</summary>
    public int Code { get; } = code;

    /// <summary>
    /// After so many seconds the client may try again; 0, at once, for a refusal for lack of quota; null: not said.
    /// </summary>
    public int? RetryAfterSeconds { get; init; } = code == StatusCodes.Status413PayloadTooLarge ? 0 : null;
}
