using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;

namespace BackupEngine.ControlPlane.Tests.Support;

/// <summary>An authority, and directories of certificates signed by it, with the file names that QEMU reads.</summary>
internal sealed class TestCertificates : IDisposable
{
    private readonly DateTimeOffset _from = TimeProvider.System.GetUtcNow().AddHours(-1);
    private readonly ECDsa _key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
    private readonly X509Certificate2 _authority;
    private readonly string _root = Directory.CreateTempSubdirectory("be-certificates-").FullName;

    public TestCertificates()
    {
        var request = new CertificateRequest("CN=authority", _key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.KeyCertSign, true));
        _authority = request.CreateSelfSigned(_from, _from.AddDays(2));
    }

    /// <summary>A directory of a host: certificates to serve and to connect with.</summary>
    /// <param name="host">DNS name of the server's certificate.</param>
    /// <param name="address">IP address of the server's certificate.</param>
    /// <param name="subject">Subject of the client's certificate; CN=HOST when null.</param>
    /// <param name="until">When they end, in days from now.</param>
    public string NewHost(string host, IPAddress address, X500DistinguishedName? subject = null, double until = 1)
    {
        var directory = NewDirectory();
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        names.AddIpAddress(address);
        Write(directory, "server", new X500DistinguishedName("CN=" + host), "1.3.6.1.5.5.7.3.1", names.Build(), until);
        Write(
            directory, "client", subject ?? new X500DistinguishedName("CN=" + host), "1.3.6.1.5.5.7.3.2", null, until);
        return directory;
    }

    /// <summary>A directory of somebody who knows the authority and has no certificate.</summary>
    public string NewNobody() => NewDirectory();

    public void Dispose()
    {
        _authority.Dispose();
        _key.Dispose();
        Directory.Delete(_root, recursive: true);
    }

    private string NewDirectory()
    {
        var directory = Directory.CreateDirectory(Path.Combine(_root, Guid.NewGuid().ToString("N"))).FullName;
        File.WriteAllText(Path.Combine(directory, "ca-cert.pem"), _authority.ExportCertificatePem());
        return directory;
    }

    private void Write(
        string directory, string side, X500DistinguishedName subject, string purpose, X509Extension? names,
        double until)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest(subject, key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509KeyUsageExtension(X509KeyUsageFlags.DigitalSignature, true));
        request.CertificateExtensions.Add(new X509EnhancedKeyUsageExtension([new Oid(purpose)], false));
        if (names is not null)
            request.CertificateExtensions.Add(names);
        using var certificate = request.Create(
            _authority, _from, _from.AddHours(1).AddDays(until), RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(directory, side + "-cert.pem"), certificate.ExportCertificatePem());
        var keyFile = Path.Combine(directory, side + "-key.pem");
        File.WriteAllText(keyFile, key.ExportPkcs8PrivateKeyPem());
        File.SetUnixFileMode(keyFile, UnixFileMode.UserRead | UnixFileMode.UserWrite);
    }
}
