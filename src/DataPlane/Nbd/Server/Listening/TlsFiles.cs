using System.Net.Security;
using System.Security.Authentication;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Nbd.Server.Listening;

/// <summary>The files in PEM form that TLS needs.</summary>
/// <param name="Certificate">The server's certificate, with those between it and its root behind it.</param>
/// <param name="Key">Its key.</param>
/// <param name="ClientAuthority">The certificates of which one must have signed a client's; null: clients need
/// none.</param>
internal sealed record TlsFiles(string Certificate, string Key, string? ClientAuthority)
{
    /// <summary>Reads them.</summary>
    /// <exception cref="UsageException">One cannot be read, or is not what it is to be.</exception>
    public SslServerAuthenticationOptions Load()
    {
        try
        {
            var own = X509Certificate2.CreateFromPemFile(Certificate, Key);
            var chain = new X509Certificate2Collection();
            chain.ImportFromPemFile(Certificate);
            var options = new SslServerAuthenticationOptions
            {
                ServerCertificateContext = SslStreamCertificateContext.Create(own, chain, offline: true),
                EnabledSslProtocols = SslProtocols.Tls12 | SslProtocols.Tls13,
                ClientCertificateRequired = ClientAuthority is not null,
            };
            if (ClientAuthority is not null)
            {
                options.CertificateChainPolicy = PolicyOf(ClientAuthority);
            }

            return options;
        }
        catch (Exception e) when (e is CryptographicException or IOException or UnauthorizedAccessException)
        {
            throw new UsageException($"The files for TLS cannot be used: {e.Message}", e);
        }
    }

    private static X509ChainPolicy PolicyOf(string authority)
    {
        var policy = new X509ChainPolicy
        {
            TrustMode = X509ChainTrustMode.CustomRootTrust,
            RevocationMode = X509RevocationMode.NoCheck,
        };
        policy.CustomTrustStore.ImportFromPemFile(authority);
        policy.ApplicationPolicy.Add(new Oid("1.3.6.1.5.5.7.3.2")); // id-kp-clientAuth, RFC 5280 section 4.2.1.12
        return policy.CustomTrustStore.Count > 0
            ? policy
            : throw new UsageException($"{authority} holds no certificate in PEM form.");
    }
}
