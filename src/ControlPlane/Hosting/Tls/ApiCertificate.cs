using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.Server.Kestrel.Core;

namespace BackupEngine.ControlPlane.Hosting.Tls;

/// <summary>The certificate that is shown at the <c>https</c> addresses.</summary>
internal static class ApiCertificate
{
    /// <summary>Lets a server show the configured certificate; without one nothing is changed.</summary>
    /// <exception cref="EngineConfigurationException">Certificate or key cannot be used.</exception>
    public static void Use(KestrelServerOptions server, EngineOptions options)
    {
        if (options.TlsCertificateFile is not { Length: > 0 } file)
            return;
        var (certificate, chain) = Load(file, options.TlsKeyFile ?? file);
        server.ConfigureHttpsDefaults(https =>
        {
            https.ServerCertificate = certificate;
            https.ServerCertificateChain = chain;
        });
    }

    /// <summary>Why certificate and key cannot be used; null: they can.</summary>
    public static string? FaultOf(EngineOptions options)
    {
        try
        {
            if (options.TlsCertificateFile is { Length: > 0 } file)
                Load(file, options.TlsKeyFile ?? file).Certificate.Dispose();
            return null;
        }
        catch (EngineConfigurationException e)
        {
            return e.Message;
        }
    }

    private static (X509Certificate2 Certificate, X509Certificate2Collection Chain) Load(string file, string keyFile)
    {
        try
        {
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(file);
            return (X509Certificate2.CreateFromPemFile(file, keyFile), chain);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException or CryptographicException
            or ArgumentException)
        {
            throw new EngineConfigurationException(
                $"TlsCertificateFile {file} with the key in {keyFile} cannot be used: {e.Message}", e);
        }
    }
}
