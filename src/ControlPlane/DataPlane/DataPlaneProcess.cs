using System.Diagnostics;
using System.Globalization;
using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>
/// One run of the data plane's program: started here, or found running by a control plane that was restarted.
/// </summary>
internal sealed class DataPlaneProcess : IDisposable
{
    private static readonly TimeSpan StopPatience = TimeSpan.FromSeconds(10);

    private readonly Process _process;
    private readonly bool _isChild;

    private DataPlaneProcess(Process process, bool isChild) => (_process, _isChild) = (process, isChild);

    /// <summary>Process id.</summary>
    public int Id => _process.Id;

    /// <summary>Starts the program; its lines go to the log. A key is handed over as the name of its file.</summary>
    public static DataPlaneProcess Start(
        string program, string socketPath, EngineOptions options, ILoggerFactory logs)
    {
        var process = new Process
        {
            StartInfo = new ProcessStartInfo(program, Arguments(socketPath, options))
            {
                RedirectStandardOutput = true,
                RedirectStandardError = true,
                RedirectStandardInput = false,
                UseShellExecute = false,
            },
        };
        process.OutputDataReceived += (_, line) => Forward(logs, line.Data, LogLevel.Information);
        process.ErrorDataReceived += (_, line) => Forward(logs, line.Data, LogLevel.Warning);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        return new DataPlaneProcess(process, isChild: true);
    }

    /// <summary>One that runs already, by its id; null when it has just ended.</summary>
    public static DataPlaneProcess? Find(int processId)
    {
        try
        {
            return new DataPlaneProcess(Process.GetProcessById(processId), isChild: false);
        }
        catch (ArgumentException)
        {
            return null;
        }
    }

    /// <summary>Waits for its end; answers with how it ended.</summary>
    public async Task<string> WaitForEndAsync(CancellationToken cancellationToken)
    {
        await _process.WaitForExitAsync(cancellationToken);
        // Of one that was found running, neither its start nor its exit code can be asked.
        return _isChild ? $"exit code {_process.ExitCode}" : "not started by this process";
    }

    /// <summary>Asks it to end, waits, and kills it when it does not.</summary>
    public async Task StopAsync(ILogger log)
    {
        using var patience = new CancellationTokenSource(StopPatience);
        ProcessSignals.Terminate(_process.Id);
        try
        {
            await _process.WaitForExitAsync(patience.Token);
        }
        catch (OperationCanceledException)
        {
            log.LogWarning(
                "Data plane {ProcessId} did not stop within {Seconds} s and is killed", Id, StopPatience.TotalSeconds);
            _process.Kill();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _process.Dispose();

    /// <summary>What it is started with.</summary>
    internal static string[] Arguments(string socketPath, EngineOptions options) =>
    [
        "serve", "--socket", socketPath,
        .. Flag("--key-file", options.DataPlaneKeyFile is { Length: > 0 } file ? Path.GetFullPath(file) : null),
        .. Flag("--rate-limit", MiB(options.DataPlaneRateLimitMiB)),
        .. Flag("--memory-budget", MiB(options.DataPlaneMemoryBudgetMiB)),
    ];

    private static string[] Flag(string name, string? value) => value is null ? [] : [name, value];

    private static string? MiB(int size) => size > 0 ? string.Create(CultureInfo.InvariantCulture, $"{size}MiB") : null;

    private static void Forward(ILoggerFactory logs, string? line, LogLevel level)
    {
        if (line is not { Length: > 0 })
            return;
        var parsed = DataPlaneLogLine.Parse(line, level);
        logs.CreateLogger(parsed.Category).Log(parsed.Level, "{DataPlaneLine}", parsed.Message);
    }
}
