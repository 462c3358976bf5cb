using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.DataPlane.Protocol;
using ConnectionInfo = BackupEngine.DataPlane.Protocol.ConnectionInfo;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>How the data plane attaches what a volume service has exported.</summary>
internal static class DeviceConnections
{
    private const string Encrypted = "nbds://";
    private const string Plain = "nbd://";

    /// <summary>
    /// The connection for the data plane. Keys never leave their files: it is told where they are. The server must be
    /// the volume's host by its certificate, whatever address the answer named.
    /// </summary>
    /// <exception cref="NotSupportedException">This host does not attach it; the message says why.</exception>
    public static ConnectionInfo ToWire(DeviceConnectionInfo connection, string volumeHost, EngineOptions options) =>
        connection.Type switch
        {
            "local" => new ConnectionInfo { Local = new LocalDevice { Path = connection.Path } },
            "nbd" when connection.Path.StartsWith(Encrypted, StringComparison.Ordinal) =>
                OverTls(connection.Path, volumeHost, options),
            "nbd" when IsPlain(connection) => Unencrypted(connection.Path, volumeHost, options),
            _ => throw new NotSupportedException(
                $"connections of type {connection.Type} to {connection.Path} are not known here; this host knows: "
                + "local, nbd"),
        };

    /// <summary>Whether the device crosses the network without encryption.</summary>
    public static bool IsPlain(DeviceConnectionInfo connection) =>
        connection.Type == "nbd" && connection.Path.StartsWith(Plain, StringComparison.Ordinal);

    /// <summary>The same as a fact of the step log.</summary>
    public static string EncryptionOf(DeviceConnectionInfo connection) =>
        connection.Type == "local" ? "local" : IsPlain(connection) ? "no" : "tls";

    private static ConnectionInfo OverTls(string uri, string volumeHost, EngineOptions options) =>
        options.NbdTlsDirectory is { Length: > 0 } directory
            ? new ConnectionInfo
            {
                Nbd = new NbdExport
                {
                    Uri = $"{uri}?tls-hostname={Uri.EscapeDataString(volumeHost)}",
                    CertificatesDirectory = Path.GetFullPath(directory),
                },
            }
            : throw new NotSupportedException(
                $"host {volumeHost} exports with TLS, and this host has no certificates: configure NbdTlsDirectory");

    private static ConnectionInfo Unencrypted(string uri, string volumeHost, EngineOptions options) =>
        options.NbdAllowPlain
            ? new ConnectionInfo { Nbd = new NbdExport { Uri = uri } }
            : throw new NotSupportedException(
                $"host {volumeHost} exports without encryption, which this host does not attach: configure "
                + "NbdTlsDirectory there, or NbdAllowPlain here");
}
