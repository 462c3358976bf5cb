using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Clients;

/// <summary>The REST API with TLS, as a client sees it that is told whom to trust.</summary>
public sealed class EncryptedApiTests : IDisposable
{
    private readonly string _directory = Directory.CreateTempSubdirectory("be-tls-").FullName;

    public void Dispose() => Directory.Delete(_directory, recursive: true);

    [Fact]
    public async Task Openstack_over_TLS()
    {
        Assert.SkipUnless(
            StockClient.IsInstalled("openstack") && StockClient.IsInstalled("openssl"),
            "needs the programs openstack (python3-openstackclient) and openssl");
        var (certificate, key) = (Path.Combine(_directory, "api.pem"), Path.Combine(_directory, "api.key"));
        Command.Run(
            "openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1",
            "-addext", "subjectAltName=IP:127.0.0.1", "-keyout", key, "-out", certificate);
        await using var engine = await EngineProcess.StartAsync(
            "token-file",
            new Dictionary<string, string>(StringComparer.Ordinal)
            {
                ["TlsCertificateFile"] = certificate,
                ["TlsKeyFile"] = key,
            });
        await using var trusting = Client(engine, certificate);
        await using var doubting = Client(engine, caFile: null);

        await trusting.RunAsync("volume", "create", "--size", "1", "disk");
        await engine.AwaitAsync("volumes", "disk", "available");
        Assert.Single((await trusting.JsonAsync("volume", "list")).AsArray());
        await doubting.FailsAsync("certificate verify failed", "volume", "list");
    }

    private static StockClient Client(EngineProcess engine, string? caFile) => new(
        "openstack",
        new Dictionary<string, string>(StringComparer.Ordinal)
        {
            ["OS_AUTH_TYPE"] = "admin_token",
            ["OS_TOKEN"] = engine.Token!,
            ["OS_ENDPOINT"] = $"{engine.Url}/v3/{engine.ProjectId}",
            ["OS_VOLUME_API_VERSION"] = "3.64",
        },
        caFile is null ? [] : ["--os-cacert", caFile]);
}
