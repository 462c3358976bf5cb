using BackupEngine.ControlPlane.Hosting;
using BackupEngine.DataPlane.Protocol;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>
/// Keeps one data plane running: starts it, starts it again when it has ended, stops it at shutdown. One that still
/// runs from before a crash of the control plane is taken over with its jobs.
/// </summary>
public sealed class DataPlaneSupervisor(
    DataPlaneEndpoint endpoint,
    string program,
    EngineOptions options,
    IDataPlane client,
    ILoggerFactory logs,
    TimeProvider time)
    : BackgroundService
{
    private static readonly TimeSpan FirstDelay = TimeSpan.FromMilliseconds(200);
    private static readonly TimeSpan LongestDelay = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan Healthy = TimeSpan.FromMinutes(1);
    private static readonly TimeSpan StartPatience = TimeSpan.FromSeconds(15);

    private readonly ILogger _log = logs.CreateLogger<DataPlaneSupervisor>();
    private DataPlaneProcess? _process;

    /// <summary>Process id of the data plane that runs now; null between two of them.</summary>
    public int? ProcessId => _process?.Id;

    /// <summary>
    /// Starts the data plane and waits a while until it answers, so that the roles that need it find it.
    /// </summary>
    public override async Task StartAsync(CancellationToken cancellationToken)
    {
        Directory.CreateDirectory(
            Path.GetDirectoryName(endpoint.SocketPath)!,
            UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute);
        await base.StartAsync(cancellationToken);
        try
        {
            await client.GetInfoAsync(cancellationToken).WaitAsync(StartPatience, time, cancellationToken);
        }
        catch (Exception e) when (e is TimeoutException or DataPlaneLostException or DataPlaneException)
        {
            _log.LogError("The data plane does not answer yet; backups wait for it: {Cause}", e.Message);
        }
    }

    /// <inheritdoc/>
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        try
        {
            await RunForeverAsync(stoppingToken);
        }
        catch (OperationCanceledException) when (stoppingToken.IsCancellationRequested)
        {
            if (_process is { } last)
                await last.StopAsync(_log);
        }
        finally
        {
            _process?.Dispose();
        }
    }

    private async Task RunForeverAsync(CancellationToken stoppingToken)
    {
        var delay = FirstDelay;
        while (true)
        {
            var started = time.GetTimestamp();
            var ended = await RunOnceAsync(stoppingToken);
            stoppingToken.ThrowIfCancellationRequested();
            delay = time.GetElapsedTime(started) > Healthy ? FirstDelay : delay;
            _log.LogWarning(
                "The data plane has ended ({How}). Its jobs and attachments are gone; it is started again in "
                + "{DelayMs} ms",
                ended, delay.TotalMilliseconds);
            await Task.Delay(delay, time, stoppingToken);
            delay = delay * 2 < LongestDelay ? delay * 2 : LongestDelay;
        }
    }

    private async Task<string> RunOnceAsync(CancellationToken stoppingToken)
    {
        try
        {
            _process?.Dispose();
            _process =
                await FindRunningAsync(stoppingToken)
                ?? DataPlaneProcess.Start(program, endpoint.SocketPath, options, logs);
            return await _process.WaitForEndAsync(stoppingToken);
        }
        catch (System.ComponentModel.Win32Exception e)
        {
            _process = null;
            return $"{program} could not be started: {e.Message}";
        }
    }

    /// <summary>
    /// A data plane on our socket, left by a control plane that was killed: with its jobs it is worth more than a new
    /// one. Of another version, it is asked to end.
    /// </summary>
    private async Task<DataPlaneProcess?> FindRunningAsync(CancellationToken stoppingToken)
    {
        if (await AskAsync(stoppingToken) is not { } info || DataPlaneProcess.Find(info.ProcessId) is not { } running)
            return null;
        var own = typeof(DataPlaneSupervisor).Assembly.GetName().Version?.ToString(3);
        if (info.Version.StartsWith(own ?? "", StringComparison.Ordinal))
        {
            _log.LogInformation("Taking over the data plane that runs already, process {ProcessId}", info.ProcessId);
            WarnOfOtherBounds(info);
            return running;
        }

        _log.LogWarning(
            "A data plane of version {Version} runs already, process {ProcessId}; this is {Own}. It is replaced and "
            + "its jobs end",
            info.Version, info.ProcessId, own);
        await running.StopAsync(_log);
        running.Dispose();
        return null;
    }

    /// <summary>It keeps what it was started with: its jobs count on it.</summary>
    private void WarnOfOtherBounds(DataPlaneInfo info)
    {
        var rate = (long)options.DataPlaneRateLimitMiB << 20;
        var memory = (long)options.DataPlaneMemoryBudgetMiB << 20;
        if (info.RateLimitBytesPerSecond != rate || (memory > 0 && info.MemoryBudgetBytes != memory))
            _log.LogWarning(
                "It has a rate limit of {Rate} bytes per second and a memory budget of {Memory} bytes, not the "
                + "configured {ConfiguredRate} and {ConfiguredMemory}, until it is started again",
                info.RateLimitBytesPerSecond, info.MemoryBudgetBytes, rate, memory);
    }

    private async Task<DataPlaneInfo?> AskAsync(CancellationToken stoppingToken)
    {
        if (!File.Exists(endpoint.SocketPath))
            return null;
        using var once = new DataPlaneClient(endpoint.SocketPath, patience: TimeSpan.Zero, time);
        try
        {
            return await once.GetInfoAsync(stoppingToken).WaitAsync(StartPatience, time, stoppingToken);
        }
        catch (Exception e) when (e is DataPlaneLostException or DataPlaneException or TimeoutException)
        {
            return null;
        }
    }
}
