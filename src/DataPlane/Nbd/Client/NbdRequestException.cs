using BackupEngine.DataPlane.Devices.Linux;
using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>The server answered a request with an error; the connection goes on.</summary>
/// <param name="error">The error.</param>
/// <param name="message">What the server says of it; may be empty.</param>
internal sealed class NbdRequestException(NbdError error, string message)
    : Exception(message.Length > 0 ? $"{message} ({Describe(error)})" : Describe(error))
{
    /// <summary>The error.</summary>
    public NbdError Error => error;

    /// <summary>The error number of this host that fits best.</summary>
    public int Errno => NumberOf(error);

    private static int NumberOf(NbdError error) =>
        Enum.IsDefined(error) ? (int)error : (int)NbdError.InvalidArgument;

    private static string Describe(NbdError error) => ErrorNumbers.Describe(NumberOf(error));
}
