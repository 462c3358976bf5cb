using System.Diagnostics;
using System.Net;
using System.Net.Sockets;
using BackupEngine.Integration.Support.Network;

namespace BackupEngine.Integration.Support;

/// <summary><c>backup-engine serve</c> as a process with a state directory of its own.</summary>
internal sealed class ServeProcess : IAsyncDisposable
{
    private static readonly TimeSpan Deadline = TimeSpan.FromMinutes(2);

    private readonly string _directory = Directory.CreateTempSubdirectory("be-serve-").FullName;
    private readonly Process _process;

    /// <param name="options">Options of the section <c>Engine</c>.</param>
    public ServeProcess(params (string Name, string Value)[] options)
    {
        HealthUrl = $"http://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo(SourceTree.Program("ControlPlane", "backup-engine"))
        {
            ArgumentList = { "serve", "--state-dir", StateDirectory },
            Environment =
            {
                ["Engine__DataPlaneProgram"] = SourceTree.Program("DataPlane", "backup-dataplane"),
                ["Engine__HealthUrls"] = HealthUrl,
                ["Engine__Urls"] = HealthUrl,
                ["Logging__LogLevel__Default"] = "Warning",
            },
            UseShellExecute = false,
        };
        foreach (var (name, value) in options)
            start.Environment["Engine__" + name] = value;
        _process = Process.Start(start)!;
    }

    /// <summary>Where it answers for its health, and where its REST API is if it has one.</summary>
    public string HealthUrl { get; }

    public string StateDirectory => Path.Combine(_directory, "state");

    /// <summary>What it has of the machine's memory now.</summary>
    public long ResidentMiB
    {
        get
        {
            _process.Refresh();
            return _process.WorkingSet64 >> 20;
        }
    }

    /// <summary>Waits until it says that everything it needs is there.</summary>
    public async Task<ServeProcess> ReadyAsync()
    {
        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.False(_process.HasExited, "the process has ended at once");
                return await StatusAsync("/healthz/ready") == HttpStatusCode.OK;
            },
            "the process is ready");
        return this;
    }

    /// <summary>What a path of it answers; null: nobody does.</summary>
    public async Task<HttpStatusCode?> StatusAsync(string path)
    {
        using var http = new HttpClient();
        try
        {
            using var response = await http.GetAsync(
                new Uri(HealthUrl + path), TestContext.Current.CancellationToken);
            return response.StatusCode;
        }
        catch (HttpRequestException)
        {
            return null;
        }
    }

    /// <summary>As a service manager stops it: SIGTERM, and it may take its time.</summary>
    /// <returns>Its exit code.</returns>
    public async Task<int> TerminateAsync()
    {
        if (!_process.HasExited)
        {
            Command.Run("kill", "-TERM", $"{_process.Id}");
            using var deadline = new CancellationTokenSource(Deadline);
            await _process.WaitForExitAsync(deadline.Token);
        }

        return _process.ExitCode;
    }

    public async ValueTask DisposeAsync()
    {
        await TerminateAsync();
        _process.Dispose();
        Directory.Delete(_directory, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
