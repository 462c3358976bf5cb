using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Nbd;

/// <summary>Certificates for one day, under the file names that QEMU, nbdkit and libnbd share.</summary>
internal static class TestCertificates
{
    /// <summary>Makes a directory with ca-cert.pem, and certificate and key of a server and of a client.</summary>
    /// <param name="folder">Where.</param>
    /// <param name="name">Name of the directory and of the authority.</param>
    /// <param name="host">Name of the server, beside localhost.</param>
    public static string Create(TemporaryFolder folder, string name, string host)
    {
        var directory = Directory.CreateDirectory(folder.File(name)).FullName;
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={name}", key, HashAlgorithmName.SHA256);
        request.CertificateExtensions.Add(new X509BasicConstraintsExtension(true, false, 0, true));
        request.CertificateExtensions.Add(new X509KeyUsageExtension(
            X509KeyUsageFlags.KeyCertSign | X509KeyUsageFlags.DigitalSignature, critical: true));
        var now = DateTimeOffset.UtcNow;
        using var authority = request.CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        File.WriteAllText(Path.Combine(directory, "ca-cert.pem"), authority.ExportCertificatePem());
        Issue(authority, directory, "server", host);
        Issue(authority, directory, "client", "client.test");
        return directory;
    }

    private static void Issue(X509Certificate2 authority, string directory, string name, string host)
    {
        using var key = ECDsa.Create(ECCurve.NamedCurves.nistP256);
        var request = new CertificateRequest($"CN={host}", key, HashAlgorithmName.SHA256);
        var names = new SubjectAlternativeNameBuilder();
        names.AddDnsName(host);
        names.AddDnsName("localhost");
        request.CertificateExtensions.Add(names.Build());
        using var certificate = request.Create(
            authority, new DateTimeOffset(authority.NotBefore), new DateTimeOffset(authority.NotAfter),
            RandomNumberGenerator.GetBytes(8));
        File.WriteAllText(Path.Combine(directory, $"{name}-cert.pem"), certificate.ExportCertificatePem());
        File.WriteAllText(Path.Combine(directory, $"{name}-key.pem"), key.ExportPkcs8PrivateKeyPem());
    }
}
