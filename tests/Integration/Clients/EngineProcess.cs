using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using System.Security.Cryptography.X509Certificates;
using System.Text.Json.Nodes;
using BackupEngine.Integration.Support;

namespace BackupEngine.Integration.Clients;

/// <summary>
/// The real program, started with its embedded defaults in a directory of its own, as a user starts it.
/// </summary>
internal sealed class EngineProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("be-clients-").FullName;
    private readonly Process _process;
    private readonly List<string> _log = [];

    private readonly string? _authority;

    private EngineProcess(string authentication, IReadOnlyDictionary<string, string> settings)
    {
        _authority = settings.GetValueOrDefault("TlsCertificateFile");
        Url = $"{(settings.ContainsKey("TlsCertificateFile") ? "https" : "http")}://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo(Built("ControlPlane", "backup-engine"))
        {
            ArgumentList = { "serve", "--state-dir", StateDirectory, "--urls", Url },
            Environment =
            {
                ["Engine__Authentication"] = authentication,
                ["Engine__DataPlaneProgram"] = Built("DataPlane", "backup-dataplane"),
            },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in settings)
            start.Environment["Engine__" + name] = value;
        _process = Process.Start(start)!;
        _process.OutputDataReceived += (_, line) => Log(line.Data);
        _process.ErrorDataReceived += (_, line) => Log(line.Data);
        _process.BeginOutputReadLine();
        _process.BeginErrorReadLine();
    }

    /// <summary>Where it listens.</summary>
    public string Url { get; }

    private string StateDirectory => Path.Combine(_directory, "state");

    /// <summary>Starts it, and waits until it answers.</summary>
    public static Task<EngineProcess> StartAsync(
        string authentication, params (string Name, string Value)[] options) => StartAsync(
            authentication,
            options.ToDictionary(option => option.Name, option => option.Value, StringComparer.Ordinal));

    /// <summary>Starts it with further options.</summary>
    public static async Task<EngineProcess> StartAsync(
        string authentication, IReadOnlyDictionary<string, string> settings)
    {
        var engine = new EngineProcess(authentication, settings);
        using var http = engine.NewHttp();
        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.False(engine._process.HasExited, engine.LogText());
                return await engine.AnswersAsync(http);
            },
            "the engine answers");

        if (authentication == "token-file")
            engine.ReadProjectUser();
        return engine;
    }

    /// <summary>A client that takes the engine's own certificate, where it has one, and no other.</summary>
    public HttpClient NewHttp()
    {
        var handler = new SocketsHttpHandler();
        if (_authority is not null)
        {
            var policy = new X509ChainPolicy
            {
                TrustMode = X509ChainTrustMode.CustomRootTrust,
                RevocationMode = X509RevocationMode.NoCheck,
            };
            policy.CustomTrustStore.ImportFromPemFile(_authority);
            handler.SslOptions.CertificateChainPolicy = policy;
        }

        return new HttpClient(handler);
    }

    /// <summary>The token of the project user; null where nobody is asked for one.</summary>
    public string? Token { get; private set; }

    public string? AdminToken { get; private set; }

    public string? AdminProjectId { get; private set; }

    public EngineEyes AsAdmin => new(this, AdminToken, AdminProjectId!);

    /// <summary>The project that the tests work in.</summary>
    public string ProjectId { get; private set; } = "cccccccccccccccccccccccccccccccc";

    /// <summary>What it has logged, for the message of a failure.</summary>
    public string LogText()
    {
        lock (_log)
            return string.Join('\n', _log.TakeLast(60));
    }

    /// <summary>Ends it and its data plane as a power cut would: they do nothing any more.</summary>
    public async Task KillAsync()
    {
        _process.Kill(entireProcessTree: true);
        await _process.WaitForExitAsync(new CancellationTokenSource(Deadline).Token);
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            using (Process.Start("kill", ["-TERM", $"{_process.Id}"]))
                await _process.WaitForExitAsync(new CancellationTokenSource(Deadline).Token);
        }

        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    /// <summary>Waits until the user's object has a status; null: until there is none.</summary>
    public Task AwaitAsync(string collection, string name, string? status) =>
        new EngineEyes(this, Token, ProjectId).AwaitAsync(collection, name, status);

    /// <summary>Programs are taken from where each is built: a test's own directory has only parts of them.</summary>
    private static string Built(string project, string program)
    {
        var directory = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        var configuration = Path.GetFileName(directory);
        return Path.GetFullPath(Path.Combine(directory, "..", "..", project, configuration, program));
    }

    private async Task<bool> AnswersAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(Url), TestContext.Current.CancellationToken);
            return response.StatusCode == HttpStatusCode.MultipleChoices;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void ReadProjectUser()
    {
        var users = JsonNode.Parse(File.ReadAllText(Path.Combine(StateDirectory, "tokens.json")))!["users"]!;
        AdminToken = (string)users[0]!["token"]!;
        AdminProjectId = (string)users[0]!["project_id"]!;
        Token = (string)users[1]!["token"]!;
        ProjectId = (string)users[1]!["project_id"]!;
    }

    private void Log(string? line)
    {
        lock (_log)
            _log.Add(line ?? "");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
