using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Client;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>TLS with nbdkit, and certificates made here.</summary>
public sealed class TlsTests : NbdTestBase
{
    private const string Host = "nbd.test";

    private NbdClientOptions Encrypted(string certificates, string host = Host) =>
        Options($"nbds+unix:///?socket={Socket}&tls-hostname={host}") with { CertificatesDirectory = certificates };

    [Fact]
    public async Task Both_sides_show_their_certificates()
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var certificates = Certificates("one");
        var content = Random(3 << 20);
        Serve(certificates, "file", Folder.CreateFile("raw", content.Length, content));
        var device = Open(Encrypted(certificates));
        Assert.Equal(content, await ReadAllAsync(device, 256 * 1024));
    }

    [Fact]
    public void A_server_of_another_authority_is_refused() => Refused(() =>
    {
        Serve(Certificates("one"), "memory", "1M");
        return Encrypted(Certificates("two"));
    });

    [Fact]
    public void A_server_of_another_name_is_refused() => Refused(() =>
    {
        var certificates = Certificates("one");
        Serve(certificates, "memory", "1M");
        return Encrypted(certificates, "other.test");
    });

    [Fact]
    public void Without_TLS_a_server_that_wants_it_says_so() => Assert.Contains("nbds", Refused(() =>
    {
        Serve(Certificates("one"), "memory", "1M");
        return Options($"nbd+unix:///?socket={Socket}");
    }), StringComparison.Ordinal);

    [Fact]
    public void A_server_without_TLS_is_not_spoken_to() => Refused(() =>
    {
        Keep(NbdTool.Nbdkit(Socket, "memory", "1M"));
        return Encrypted(Certificates("one"));
    });

    private string Refused(Func<NbdClientOptions> options)
    {
        Assert.SkipUnless(NbdTool.HasNbdkit, "nbdkit is not installed");
        var error = Assert.Throws<DeviceException>(() => Open(options()));
        Assert.Equal(DeviceErrorKind.NotUsable, error.Kind);
        return error.Message;
    }

    private void Serve(string certificates, params string[] plugin) => Keep(NbdTool.Nbdkit(
        Socket, ["--tls=require", $"--tls-certificates={certificates}", "--tls-verify-peer", .. plugin]));

    private string Certificates(string name) => TestCertificates.Create(Folder, name, Host);
}
