using System.Diagnostics;
using System.Text.Json;
using System.Text.Json.Nodes;

namespace BackupEngine.Integration.Support.Network;

/// <summary>
/// <c>backup-engine serve</c> as a process of a host, with a directory of its own: configuration file, state, log.
/// </summary>
internal sealed class EngineNode : IDisposable
{
    private readonly TestNetwork _network;
    private readonly string _directory = Directory.CreateTempSubdirectory("be-node-").FullName;
    private Process? _process;

    /// <summary>Writes the configuration; nothing runs yet.</summary>
    /// <param name="network">The network.</param>
    /// <param name="host">Where it runs; its name is the engine's <c>Host</c>.</param>
    /// <param name="roles">Any of api, volume, backup, with commas between.</param>
    /// <param name="options">Options of the section <c>Engine</c>.</param>
    public EngineNode(TestNetwork network, NetworkHost host, string roles, params (string Name, string Value)[] options)
    {
        (_network, Host) = (network, host);
        Url = Array.Find(options, option => option.Name == "Urls").Value ?? $"http://{host.Address}:8776";
        var section = new JsonObject
        {
            [nameof(Host)] = host.Name,
            ["Roles"] = roles,
            [nameof(StateDirectory)] = StateDirectory,
            ["Urls"] = Url,
            ["HealthUrls"] = Url,
            ["DataPlaneProgram"] = SourceTree.Program("DataPlane", "backup-dataplane"),
        };
        foreach (var (name, value) in options)
            section[name] = value;
        File.WriteAllText(ConfigurationFile, new JsonObject { ["Engine"] = section }.ToJsonString(
            new JsonSerializerOptions { WriteIndented = true }));
    }

    public NetworkHost Host { get; }

    /// <summary>Where it answers: the API, or else its health.</summary>
    public string Url { get; }

    public string StateDirectory => Path.Combine(_directory, "state");

    public string ConfigurationFile => Path.Combine(_directory, "engine.json");

    public string LogFile => Path.Combine(_directory, "log");

    /// <summary>Id of the process; null when it does not run.</summary>
    public int? ProcessId => _process is { HasExited: false } running ? running.Id : null;

    /// <summary>Starts it, or starts it again; its log goes on.</summary>
    public void Start()
    {
        Assert.Null(ProcessId);
        _process?.Dispose();
        // The shell becomes nsenter, that becomes the host, and that the program: one process id.
        var start = Host.StartInfo(
            SourceTree.Program("ControlPlane", "backup-engine"), "serve", "--config", ConfigurationFile);
        _process = Process.Start(new ProcessStartInfo("bash", [
            "-c", "log=$1; shift; exec \"$@\" >>\"$log\" 2>&1 </dev/null", "run", LogFile, start.FileName,
            .. start.ArgumentList])
        {
            UseShellExecute = false
        })!;
    }

    /// <summary>Starts it and waits until it says that it is ready.</summary>
    public async Task StartReadyAsync()
    {
        Start();
        await AwaitReadyAsync();
    }

    public async Task AwaitReadyAsync()
    {
        using var http = new HttpClient(_network.NewHttpHandler());
        await Eventually.HoldsAsync(
            async () =>
            {
                Assert.True(ProcessId is not null, $"{Host.Name} ended: {LogTail()}");
                return await IsReadyAsync(http);
            },
            $"{Host.Name} is ready");
    }

    /// <summary>A user of the API of this node.</summary>
    public BlockStorage NewUser(string name = "demo") => new(Url, StateDirectory, _network.NewHttpHandler(), name);

    /// <summary>SIGSTOP.</summary>
    public void Pause() => Signal("STOP");

    /// <summary>SIGCONT.</summary>
    public void Continue() => Signal("CONT");

    /// <summary>SIGKILL; its data plane lives on. Answers when it is gone.</summary>
    public void Kill()
    {
        Signal("KILL");
        _process!.WaitForExit();
    }

    /// <summary>SIGTERM: it drains. Answers when it is gone.</summary>
    public async Task StopAsync()
    {
        Signal("TERM");
        await _process!.WaitForExitAsync(TestContext.Current.CancellationToken);
    }

    /// <summary>The last lines of its log, for the message of a failure.</summary>
    public string LogTail(int lines = 60) =>
        File.Exists(LogFile) ? string.Join('\n', File.ReadLines(LogFile).TakeLast(lines)) : "(no log)";

    /// <summary>Kills it, and its data plane with everything else on its host.</summary>
    public void Dispose()
    {
        if (ProcessId is not null)
            Kill();
        _process?.Dispose();
        Host.Namespace.KillAll();
        Directory.Delete(_directory, recursive: true);
    }

    private async Task<bool> IsReadyAsync(HttpClient http)
    {
        try
        {
            using var response = await http.GetAsync(
                new Uri(Url + "/healthz/ready"), TestContext.Current.CancellationToken);
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    private void Signal(string name)
    {
        Assert.True(ProcessId is not null, $"{Host.Name} does not run: {LogTail()}");
        Command.Run("kill", "-" + name, $"{ProcessId}");
    }
}
