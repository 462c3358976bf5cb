using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Errors;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Nbd.Server.Listening;
using BackupEngine.DataPlane.Tests.Backup;
using BackupEngine.DataPlane.Tests.CommandLine;
using BackupEngine.DataPlane.Tests.Devices;
using BackupEngine.DataPlane.Tests.Nbd.Client;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.DataPlane.Tests.Nbd.Server;

/// <summary>A backup that is served under TLS: who may read it, and who may not.</summary>
public sealed class ServedTlsTests : NbdTestBase
{
    private const int Chunk = 64 * 1024;
    private const string Host = "backup.test";

    private readonly PipelineHarness _harness = new(Chunk);
    private readonly byte[] _content = ServedVolumes.Content(new Random(2), (30 * Chunk) + 512, Chunk);

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_has_what_is_asked_for_reads_the_volume(bool knowsClients)
    {
        var ours = Certificates("ours");
        await using var at = await ServeAsync(ours, knowsClients);
        if (!knowsClients)
        {
            File.Delete(Path.Combine(ours, "client-cert.pem"));
        }

        Assert.Equal(_content, await ReadAllAsync(Connect(at.Path, ours), 100_000));
        Close();
    }

    [Theory]
    [InlineData(false)]
    [InlineData(true)]
    public async Task Who_shows_no_certificate_or_a_strangers_is_refused_and_others_are_served(bool isStranger)
    {
        var (ours, theirs) = (Certificates("ours"), Certificates("theirs"));
        await using var at = await ServeAsync(ours, knowsClients: true);
        // The stranger knows whom to expect, but is signed by another authority.
        File.Copy(Path.Combine(ours, "ca-cert.pem"), Path.Combine(theirs, "ca-cert.pem"), overwrite: true);
        if (!isStranger)
        {
            File.Delete(Path.Combine(theirs, "client-cert.pem"));
        }

        Assert.Throws<DeviceException>(() => Connect(at.Path, theirs));
        Assert.Equal(_content, await ReadAllAsync(Connect(at.Path, ours), 100_000));
        Close();
    }

    [Fact]
    public async Task Without_TLS_nothing_is_told()
    {
        await using var at = await ServeAsync(Certificates("ours"), knowsClients: false);
        var error = Assert.Throws<DeviceException>(() => Open($"nbd+unix:///backup?socket={at.Path}"));
        Assert.Contains("the server wants TLS", error.Message, StringComparison.Ordinal);
        using var raw = await RawClient.ConnectAsync(at.Path);
        await raw.GreetAsync();
        Assert.Equal(
            DataPlane.Nbd.Protocol.OptionReplyType.TlsRequired,
            (await raw.AskAsync(DataPlane.Nbd.Protocol.Option.List)).Single().Type);
    }

    [Fact]
    public async Task A_server_with_another_name_or_authority_is_not_read_from()
    {
        var ours = Certificates("ours");
        await using var at = await ServeAsync(ours, knowsClients: false);
        var unknown = Assert.Throws<DeviceException>(() => Connect(at.Path, Certificates("theirs")));
        var other = Assert.Throws<DeviceException>(() => Connect(at.Path, ours, "other.test"));
        Assert.All([unknown, other], error => Assert.Equal(DeviceErrorKind.NotUsable, error.Kind));
    }

    [Fact]
    public async Task The_program_serves_others_tools_under_TLS()
    {
        Assert.SkipUnless(Shell.Has("nbdcopy"), "libnbd-bin is not installed.");
        using var cli = new CommandLineFixture();
        cli.CreateRepository();
        cli.Backup(cli.Folder.CreateFile("source", _content.Length, _content), "--backup-id", "a");
        var (ours, theirs) = (Certificates("ours"), Certificates("theirs"));
        using var server = await NbdServeProcess.StartAsync(
            cli.Repository, "a", cli.Folder,
            "--tls-certificate", Path.Combine(ours, "server-cert.pem"),
            "--tls-key", Path.Combine(ours, "server-key.pem"),
            "--tls-ca", Path.Combine(ours, "ca-cert.pem"));
        Assert.StartsWith("nbds+unix:", server.Uri, StringComparison.Ordinal);
        var copy = cli.Folder.File("copy");
        Shell.Run("nbdcopy", $"{server.Uri}&tls-certificates={ours}", copy);
        Assert.Equal(_content, await File.ReadAllBytesAsync(copy, Cancelled));
        File.Copy(Path.Combine(ours, "ca-cert.pem"), Path.Combine(theirs, "ca-cert.pem"), overwrite: true);
        Assert.NotEqual(0, Shell.TryRun("nbdcopy", $"{server.Uri}&tls-certificates={theirs}", copy).ExitCode);
        Assert.Contains("0 reads met damage", await server.TerminateAsync(), StringComparison.Ordinal);
    }

    [Fact]
    public void Files_that_are_no_certificates_are_refused()
    {
        var ours = Certificates("ours");
        File.WriteAllText(Path.Combine(ours, "ca-cert.pem"), "nothing");
        Assert.Throws<UsageException>(() => Files(ours, knowsClients: true).Load());
        File.WriteAllText(Path.Combine(ours, "server-key.pem"), "nothing");
        Assert.Throws<UsageException>(() => Files(ours, knowsClients: false).Load());
    }

    protected override void Dispose(bool disposing)
    {
        base.Dispose(disposing);
        _harness.Dispose();
    }

    private static TlsFiles Files(string directory, bool knowsClients) => new(
        Path.Combine(directory, "server-cert.pem"),
        Path.Combine(directory, "server-key.pem"),
        knowsClients ? Path.Combine(directory, "ca-cert.pem") : null);

    private async Task<InProcessServer> ServeAsync(string certificates, bool knowsClients)
    {
        var volume = await ServedVolumes.BackUpAsync(_harness, _content, cacheChunks: 8);
        return new InProcessServer(volume, tls: Files(certificates, knowsClients).Load());
    }

    private NbdDevice Connect(string socket, string certificates, string host = Host) => Open(
        Options($"nbds+unix:///?socket={socket}&tls-hostname={host}") with
        {
            CertificatesDirectory = certificates,
            ReconnectTime = TimeSpan.Zero,
        });

    private string Certificates(string name) => TestCertificates.Create(Folder, name, Host);
}
