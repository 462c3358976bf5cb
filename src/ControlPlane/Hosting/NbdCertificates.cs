using System.Formats.Asn1;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text;

namespace BackupEngine.ControlPlane.Hosting;

/// <summary>The certificates that this host shows when devices cross the network.</summary>
public static class NbdCertificates
{
    private const string Authority = "ca-cert.pem";
    private const string Server = "server";
    private const string Client = "client";

    private const UnixFileMode Others = UnixFileMode.GroupRead | UnixFileMode.GroupWrite
        | UnixFileMode.OtherRead | UnixFileMode.OtherWrite;

    /// <summary>The names that a subject may have. Source: RFC 4514 section 3, and those that GnuTLS writes.</summary>
    private static readonly Dictionary<string, string> Names = new(StringComparer.Ordinal)
    {
        ["2.5.4.3"] = "CN",
        ["2.5.4.6"] = "C",
        ["2.5.4.7"] = "L",
        ["2.5.4.8"] = "ST",
        ["2.5.4.10"] = "O",
        ["2.5.4.11"] = "OU",
        ["0.9.2342.19200300.100.1.25"] = "DC",
        ["0.9.2342.19200300.100.1.1"] = "UID",
    };

    /// <summary>The files that the roles of a configuration need.</summary>
    public static IReadOnlyList<string> FilesOf(EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        var directory = options.NbdTlsDirectory!;
        return
        [
            Path.Combine(directory, Authority),
            .. SidesOf(options).SelectMany(side => new[] { CertificateOf(options, side), KeyOf(options, side) }),
        ];
    }

    /// <summary>Who this host is to a server of another host; null: it has no certificate to show.</summary>
    /// <exception cref="IOException">It cannot be read.</exception>
    /// <exception cref="EngineConfigurationException">It is none, or its subject has an unusual name.</exception>
    public static string? ReadIdentity(EngineOptions options)
    {
        ArgumentNullException.ThrowIfNull(options);
        if (options.NbdTlsDirectory is not { Length: > 0 })
            return null;
        using var certificate = Read(CertificateOf(options, Client));
        return IdentityOf(certificate);
    }

    /// <summary>
    /// The subject of a certificate as GnuTLS writes it, which QEMU compares letter by letter: the names in the order
    /// of the certificate, escaped as RFC 4514 section 2.4 says.
    /// </summary>
    /// <exception cref="EngineConfigurationException">It has a name of an unusual kind.</exception>
    public static string IdentityOf(X509Certificate2 certificate)
    {
        ArgumentNullException.ThrowIfNull(certificate);
        var parts = certificate.SubjectName.EnumerateRelativeDistinguishedNames(reversed: false).Select(
            name => !name.HasMultipleElements
                && Names.TryGetValue(name.GetSingleElementType().Value ?? "", out var kind)
                ? $"{kind}={Escape(name.GetSingleElementValue() ?? "")}"
                : throw new EngineConfigurationException(
                    $"The subject {certificate.Subject} has a name that is not one of "
                    + $"{string.Join(", ", Names.Values)}. Use a certificate whose subject is CN=HOST."));
        return string.Join(',', parts);
    }

    /// <summary>What is wrong with the certificates of a configuration, in words; null: nothing.</summary>
    public static string? FaultOf(EngineOptions options, DateTimeOffset now)
    {
        ArgumentNullException.ThrowIfNull(options);
        try
        {
            return SidesOf(options)
                .Select(side => FaultOf(options, side, now))
                .FirstOrDefault(fault => fault is not null);
        }
        catch (Exception e) when (e is CryptographicException or AsnContentException)
        {
            return $"the certificates in {options.NbdTlsDirectory} cannot be read: {e.Message}";
        }
    }

    private static string? FaultOf(EngineOptions options, string side, DateTimeOffset now)
    {
        var (file, key) = (CertificateOf(options, side), KeyOf(options, side));
        using var certificate = X509Certificate2.CreateFromPemFile(file, key);
        if ((File.GetUnixFileMode(key) & Others) != UnixFileMode.None)
            return $"{key} can be read by others: chmod 600 {key}";
        var utc = now.UtcDateTime;
        if (utc > certificate.NotAfter.ToUniversalTime() || utc < certificate.NotBefore.ToUniversalTime())
            return $"{file} is valid from {certificate.NotBefore:u} to {certificate.NotAfter:u} only";
        if (!IsSigned(certificate, Path.Combine(options.NbdTlsDirectory!, Authority), now))
            return $"{file} is not signed by an authority of {Authority}";
        if (side == Server)
            return certificate.MatchesHostname(options.Host, allowWildcards: false, allowCommonName: false)
                ? null
                : $"{file} is not for the DNS name {options.Host}, the Host of this configuration, by which other "
                    + "hosts know that they read the right volume";
        _ = IdentityOf(certificate);
        return null;
    }

    private static bool IsSigned(X509Certificate2 certificate, string authorityFile, DateTimeOffset now)
    {
        using var chain = new X509Chain();
        chain.ChainPolicy.TrustMode = X509ChainTrustMode.CustomRootTrust;
        chain.ChainPolicy.RevocationMode = X509RevocationMode.NoCheck;
        chain.ChainPolicy.VerificationTime = now.UtcDateTime;
        chain.ChainPolicy.CustomTrustStore.ImportFromPemFile(authorityFile);
        return chain.Build(certificate);
    }

    private static X509Certificate2 Read(string file)
    {
        try
        {
            return X509CertificateLoader.LoadCertificateFromFile(file);
        }
        catch (CryptographicException e)
        {
            throw new EngineConfigurationException($"{file} is no certificate: {e.Message}", e);
        }
    }

    private static string Escape(string value)
    {
        var text = new StringBuilder(value.Length);
        for (var i = 0; i < value.Length; i++)
        {
            var special = "\"+,;<>\\".Contains(value[i], StringComparison.Ordinal);
            var spaceAtAnEnd = value[i] == ' ' && (i == 0 || i == value.Length - 1);
            if (special || spaceAtAnEnd || (i == 0 && value[i] == '#'))
                text.Append('\\');
            text.Append(value[i]);
        }

        return text.ToString();
    }

    private static IEnumerable<string> SidesOf(EngineOptions options)
    {
        if (options.Has(EngineRole.Volume) && options.NbdAddress is { Length: > 0 })
            yield return Server;
        if (options.Has(EngineRole.Backup))
            yield return Client;
    }

    private static string CertificateOf(EngineOptions options, string side) =>
        Path.Combine(options.NbdTlsDirectory!, side + "-cert.pem");

    private static string KeyOf(EngineOptions options, string side) =>
        Path.Combine(options.NbdTlsDirectory!, side + "-key.pem");
}
