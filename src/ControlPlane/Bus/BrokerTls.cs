using System.Net.Security;
using System.Security.Cryptography.X509Certificates;

namespace BackupEngine.ControlPlane.Bus;

/// <summary>
/// What an encrypted connection to the broker shows and demands. The broker's certificate has to be for the name in the
/// configuration and signed by one of the given authorities; there is no way to switch that off.
/// </summary>
internal static class BrokerTls
{
    /// <summary>This host's certificate with its key; null: it shows none.</summary>
    public static X509Certificate2? Certificate(BrokerAddress broker) => broker.CertificateFile is not { } file
        ? null
        : X509Certificate2.CreateFromPemFile(file, broker.KeyFile ?? file);

    /// <summary>Judges the broker's certificate by the authorities in a file instead of the system's.</summary>
    public static RemoteCertificateValidationCallback? Judge(BrokerAddress broker)
    {
        if (broker.CaFile is not { } file)
            return null;
        var authorities = new X509Certificate2Collection();
        authorities.ImportFromPemFile(file);
        return (_, certificate, chain, errors) =>
            (errors & ~SslPolicyErrors.RemoteCertificateChainErrors) == SslPolicyErrors.None
            && certificate is not null && IsSigned(certificate, chain, authorities);
    }

    private static bool IsSigned(X509Certificate certificate, X509Chain? sent, X509Certificate2Collection authorities)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.CustomTrustStore.AddRange(authorities);
        if (sent is not null)
            chain.ChainPolicy.ExtraStore.AddRange(sent.ChainPolicy.ExtraStore);
        using var judged = new X509Certificate2(certificate);
        return chain.Build(judged);
    }
}
