using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlaneBench;

/// <summary>`backup-engine serve` with its data plane, as real processes in a directory of their own.</summary>
internal sealed class EngineServer : IAsyncDisposable
{
    private const int CreatedAtOnce = 8;

    private static readonly TimeSpan StartPatience = TimeSpan.FromMinutes(2);

    private readonly Process _process;
    private readonly Backing _backing;

    private EngineServer(
        Backing backing, string host, string directory, IEnumerable<(string Name, string Value)> options)
    {
        (_backing, Host, Directory) = (backing, host, directory);
        Url = $"http://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo(Built("ControlPlane", "backup-engine"))
        {
            ArgumentList = { "serve", "--state-dir", StateDirectory, "--urls", Url },
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            UseShellExecute = false,
        };
        foreach (var (name, value) in Options(options))
            start.Environment["Engine__" + name] = value;
        _process = Process.Start(start)!;
        var log = Path.Combine(directory, "engine.log");
        _ = Task.WhenAll(CopyAsync(_process.StandardOutput, log), CopyAsync(_process.StandardError, log + ".errors"));
    }

    public string Host { get; }

    public string Url { get; }

    public string Directory { get; }

    public ApiUser User { get; private set; } = null!;

    public ApiUser Admin { get; private set; } = null!;

    private string StateDirectory => Path.Combine(Directory, "state");

    /// <summary>Starts it, and waits until it answers.</summary>
    public static async Task<EngineServer> StartAsync(
        Backing backing, string host, params (string Name, string Value)[] options)
    {
        var directory = System.IO.Directory.CreateTempSubdirectory("control-plane-bench-").FullName;
        var server = new EngineServer(backing, host, directory, options);
        using var http = new HttpClient();
        var watch = Stopwatch.StartNew();
        while (!await server.IsReadyAsync(http))
        {
            if (server._process.HasExited || watch.Elapsed > StartPatience)
                throw new InvalidOperationException($"the engine did not start; see {directory}/engine.log");
            await Task.Delay(50);
        }

        var tokens = Path.Combine(server.StateDirectory, "tokens.json");
        (server.User, server.Admin) = (ApiUser.Of(server.Url, tokens, "demo"), ApiUser.Of(server.Url, tokens, "admin"));
        return server;
    }

    /// <summary>A context on its database.</summary>
    public EngineDatabase OpenDatabase() => EngineDatabaseRegistration.ProviderOf(new EngineOptions
    {
        StateDirectory = StateDirectory,
        Database = _backing.PostgreSql is null ? "sqlite" : "postgresql",
        PostgreSql = _backing.PostgreSql,
    }).Open();

    /// <summary>So many volumes, some at once: what they cost is not measured.</summary>
    public async Task<Guid[]> CreateVolumesAsync(int count)
    {
        var volumes = new Guid[count];
        await Parallel.ForAsync(
            0, count, new ParallelOptions { MaxDegreeOfParallelism = CreatedAtOnce },
            async (i, _) => volumes[i] = await User.CreateVolumeAsync(FileOf));
        return volumes;
    }

    /// <summary>The file of a volume.</summary>
    public string FileOf(Guid volume) => System.IO.Directory
        .EnumerateFiles(StateDirectory, $"*{volume}*", SearchOption.AllDirectories)
        .First(file => new FileInfo(file).Length >= 1 << 30);

    /// <summary>What the control plane and the data plane have used so far.</summary>
    public (ProcessUse Engine, ProcessUse DataPlane) Use() =>
        (ProcessUse.Of(_process.Id), ProcessUse.Of(ProcessUse.ChildOf(_process.Id)));

    public async ValueTask DisposeAsync()
    {
        User.Dispose();
        Admin.Dispose();
        using (Process.Start("kill", ["-TERM", $"{_process.Id}"]))
            await _process.WaitForExitAsync();
        _process.Dispose();
        System.IO.Directory.Delete(Directory, recursive: true);
    }

    private static async Task CopyAsync(StreamReader from, string path)
    {
        await using var file = File.Create(path);
        await from.BaseStream.CopyToAsync(file);
    }

    private IEnumerable<(string Name, string Value)> Options(IEnumerable<(string Name, string Value)> own) =>
    [
        .. _backing.Options().Select(option => (option.Key, option.Value)),
        ("Host", Host),
        ("DataPlaneProgram", Built("DataPlane", "backup-dataplane")),
        .. new[] { "Volumes", "Snapshots", "Gigabytes", "Backups", "BackupGigabytes" }
            .Select(quota => ("Quota" + quota, "-1")),
        .. own,
    ];

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(new Uri(Url + "/healthz/ready"));
            return response.StatusCode == HttpStatusCode.OK;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private static string Built(string project, string program)
    {
        var directory = Path.TrimEndingDirectorySeparator(AppContext.BaseDirectory);
        return Path.GetFullPath(Path.Combine(directory, "..", "..", project, Path.GetFileName(directory), program));
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
