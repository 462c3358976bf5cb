using System.Net;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Tests.Support;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.Hosting;

/// <summary>What the options about exports to other hosts refuse, and what a host attaches.</summary>
public sealed class NbdSettingsTests : IDisposable
{
    private readonly TestCertificates _certificates = new();

    [Theory]
    [InlineData("0.0.0.0")]
    [InlineData("::")]
    [InlineData("host-a")]
    [InlineData("10.1")]
    public void One_address_of_this_host_is_wanted(string address) => Assert.Contains(
        $"NbdAddress \"{address}\" is not usable",
        Faults(new EngineOptions { NbdAddress = address, NbdAllowPlain = true }),
        StringComparison.Ordinal);

    [Theory]
    [InlineData("10900")]
    [InlineData("10999-10900")]
    [InlineData("80-90")]
    [InlineData("10900-65536")]
    public void A_range_of_ports_is_wanted(string ports) => Assert.Contains(
        $"NbdPorts \"{ports}\" is not usable",
        Faults(new EngineOptions { NbdPorts = ports }),
        StringComparison.Ordinal);

    [Fact]
    public void Without_certificates_nothing_is_exported_unless_it_is_said()
    {
        Assert.Contains(
            "NbdAddress needs NbdTlsDirectory", Faults(new EngineOptions { NbdAddress = "10.0.0.1" }),
            StringComparison.Ordinal);
        var plain = new EngineOptions { NbdAddress = "10.0.0.1", NbdAllowPlain = true };
        Assert.Equal("", Faults(plain));
        Assert.Null(NbdSettings.ExportsOf(plain)!.TlsDirectory);
        Assert.Null(NbdSettings.ExportsOf(new EngineOptions()));
    }

    [Fact]
    public void Each_missing_file_is_named()
    {
        var directory = _certificates.NewNobody();
        var options = new EngineOptions { NbdAddress = "10.0.0.1", NbdTlsDirectory = directory };
        var faults = Faults(options);
        foreach (var file in new[] { "server-cert.pem", "server-key.pem", "client-cert.pem", "client-key.pem" })
            Assert.Contains($"has no {file}", faults, StringComparison.Ordinal);
        options.Roles = [EngineRole.Api];
        Assert.Equal("", Faults(options));
    }

    [Fact]
    public void Certificates_are_checked_before_they_are_needed()
    {
        var now = TimeProvider.System.GetUtcNow();
        var good = Options(_certificates.NewHost("here", IPAddress.Loopback));
        Assert.Null(NbdCertificates.FaultOf(good, now));
        Assert.Contains("is valid from", NbdCertificates.FaultOf(good, now.AddDays(3)), StringComparison.Ordinal);

        var otherHost = Options(_certificates.NewHost("elsewhere", IPAddress.Loopback));
        Assert.Contains("not for the DNS name here", NbdCertificates.FaultOf(otherHost, now), StringComparison.Ordinal);

        using var others = new TestCertificates();
        File.Copy(
            Path.Combine(others.NewNobody(), "ca-cert.pem"), Path.Combine(good.NbdTlsDirectory!, "ca-cert.pem"),
            overwrite: true);
        Assert.Contains("is not signed by", NbdCertificates.FaultOf(good, now), StringComparison.Ordinal);

        var open = Options(_certificates.NewHost("here", IPAddress.Loopback));
        File.SetUnixFileMode(
            Path.Combine(open.NbdTlsDirectory!, "server-key.pem"), UnixFileMode.UserRead | UnixFileMode.GroupRead);
        Assert.Contains("chmod 600", NbdCertificates.FaultOf(open, now), StringComparison.Ordinal);
    }

    [Fact]
    public void What_crosses_the_network_goes_to_the_volumes_host_or_nowhere()
    {
        var options = Options(_certificates.NewHost("here", IPAddress.Loopback));
        var wire = DeviceConnections.ToWire(Nbd("nbds://10.0.0.1:10900/x"), "host-a", options);
        Assert.Equal("nbds://10.0.0.1:10900/x?tls-hostname=host-a", wire.Nbd.Uri);
        Assert.Equal(options.NbdTlsDirectory, wire.Nbd.CertificatesDirectory);
        Refuses(Nbd("nbd://10.0.0.1:10900/x"), options, "NbdAllowPlain here");
        Refuses(Nbd("nbds://10.0.0.1:10900/x"), new EngineOptions(), "configure NbdTlsDirectory");
        Refuses(Nbd("nbd+unix:///x"), options, "not known here");
        options.NbdAllowPlain = true;
        Assert.Equal(
            "nbd://10.0.0.1:10900/x", DeviceConnections.ToWire(Nbd("nbd://10.0.0.1:10900/x"), "a", options).Nbd.Uri);
    }

    public void Dispose() => _certificates.Dispose();

    private static EngineOptions Options(string directory) =>
        new() { Host = "here", NbdAddress = "127.0.0.1", NbdTlsDirectory = directory };

    private static DeviceConnectionInfo Nbd(string uri) => new() { Type = "nbd", Path = uri };

    private static void Refuses(DeviceConnectionInfo connection, EngineOptions options, string why) => Assert.Contains(
        why,
        Assert.Throws<NotSupportedException>(() => DeviceConnections.ToWire(connection, "host-a", options)).Message,
        StringComparison.Ordinal);

    private static string Faults(EngineOptions options) => string.Join(' ', NbdSettings.Faults(options));
}
