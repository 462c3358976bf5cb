using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupEngine.DataPlane.Devices;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>TLS with X.509 certificates. The file names are those that QEMU, nbdkit and libnbd share.</summary>
internal static class TlsSetup
{
    private const string AuthorityFile = "ca-cert.pem";
    private const string CertificateFile = "client-cert.pem";
    private const string KeyFile = "client-key.pem";

    /// <summary>Makes a stream encrypted, as the client.</summary>
    /// <exception cref="DeviceException">NotUsable: certificates cannot be read, or one side refuses the
    /// other.</exception>
    /// <exception cref="ConnectionLostException">The connection ended.</exception>
    public static SslStream Authenticate(Stream stream, NbdUri uri, string? certificatesDirectory)
    {
        var tls = new SslStream(stream, leaveInnerStreamOpen: false);
        try
        {
            tls.AuthenticateAsClient(Options(uri, certificatesDirectory));
            return tls;
        }
        catch (AuthenticationException e)
        {
            throw Refused(uri, $"TLS failed: {e.InnerException?.Message ?? e.Message}", e);
        }
        catch (Exception e) when (e is CryptographicException or UnauthorizedAccessException or FileNotFoundException
            or DirectoryNotFoundException)
        {
            throw Refused(uri, $"the certificates in {certificatesDirectory} cannot be used: {e.Message}", e);
        }
        catch (IOException e)
        {
            throw new ConnectionLostException($"{uri}: the connection ended during the TLS handshake: {e.Message}", e);
        }
    }

    private static SslClientAuthenticationOptions Options(NbdUri uri, string? directory)
    {
        var options = new SslClientAuthenticationOptions
        {
            TargetHost = uri.TlsHostName ?? "localhost",
            CertificateRevocationCheckMode = X509RevocationMode.NoCheck,
            EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
        };
        if (directory is not null)
        {
            UseFiles(options, directory);
        }

        return options;
    }

    private static void UseFiles(SslClientAuthenticationOptions options, string directory)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(Path.Combine(directory, AuthorityFile));
        options.CertificateChainPolicy = policy;
        var certificate = Path.Combine(directory, CertificateFile);
        if (File.Exists(certificate))
        {
            options.ClientCertificates =
                [X509Certificate2.CreateFromPemFile(certificate, Path.Combine(directory, KeyFile))];
        }
    }

    private static DeviceException Refused(NbdUri uri, string reason, Exception cause) =>
        new(DeviceErrorKind.NotUsable, $"{uri}: {reason.TrimEnd('.')}. Nothing was read or written.", cause);
}
