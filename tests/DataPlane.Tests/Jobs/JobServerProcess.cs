using System.Collections.Concurrent;
using System.Diagnostics;
using System.Net.Sockets;
using BackupEngine.DataPlane.Protocol;
using BackupEngine.DataPlane.Tests.Devices;
using Grpc.Net.Client;
using Client = BackupEngine.DataPlane.Protocol.DataPlane.DataPlaneClient;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>A real <c>backup-dataplane serve</c> and a client that is connected to its socket.</summary>
internal sealed class JobServerProcess : IAsyncDisposable
{
    private static readonly string Program = Path.Combine(AppContext.BaseDirectory, "backup-dataplane");

    private readonly Process _process;
    private readonly GrpcChannel _channel;
    private readonly ConcurrentQueue<string> _log = new();
    private readonly TaskCompletionSource _serving = new(TaskCreationOptions.RunContinuationsAsynchronously);

    private JobServerProcess(string socketPath, params string[] options)
    {
        SocketPath = socketPath;
        _process = new Process
        {
            StartInfo = new ProcessStartInfo(Program, ["serve", "--socket", socketPath, .. options])
            {
                UseShellExecute = false,
                RedirectStandardError = true,
                RedirectStandardInput = true,
            },
        };
        _process.ErrorDataReceived += (_, line) => Remember(line.Data);
        _process.Start();
        _process.BeginErrorReadLine();
        _channel = Connect(socketPath);
        Client = new Client(_channel);
    }

    public Client Client { get; }

    public string SocketPath { get; }

    public int ProcessId => _process.Id;

    public string Log => string.Join('\n', _log);

    private static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    /// <summary>Starts a server and waits until it serves.</summary>
    public static async Task<JobServerProcess> StartAsync(string socketPath, params string[] options)
    {
        var server = new JobServerProcess(socketPath, options);
        await server._serving.Task.WaitAsync(TimeSpan.FromMinutes(1), Cancelled);
        return server;
    }

    /// <summary>Starts a server that is to refuse to serve; gives its exit code and what it says.</summary>
    public static (int ExitCode, string Errors) StartRefused(string socketPath)
    {
        var (exitCode, _, errors) = Shell.TryRun(Program, "serve", "--socket", socketPath);
        return (exitCode, errors);
    }

    /// <summary>A further connection of its own.</summary>
    public static GrpcChannel Connect(string socketPath)
    {
        var handler = new SocketsHttpHandler
        {
            ConnectCallback = async (_, cancellationToken) =>
            {
                var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
                await socket.ConnectAsync(new UnixDomainSocketEndPoint(socketPath), cancellationToken);
                return new NetworkStream(socket, ownsSocket: true);
            },
        };
        var options = new GrpcChannelOptions { HttpHandler = handler, DisposeHttpClient = true };
        return GrpcChannel.ForAddress("http://localhost", options);
    }

    public async Task<Attachment> AttachAsync(string id, string path, DeviceAccess access = DeviceAccess.Read) =>
        await Client.AttachDeviceAsync(AttachRequest(id, path, access), cancellationToken: Cancelled);

    public async Task<bool> DetachAsync(string id) => (await Client.DetachDeviceAsync(
        new DetachDeviceRequest { AttachmentId = id }, cancellationToken: Cancelled)).WasAttached;

    public async Task<Job> StartJobAsync(StartJobRequest request) =>
        await Client.StartJobAsync(request, cancellationToken: Cancelled);

    public async Task<Job> CancelJobAsync(string id) =>
        await Client.CancelJobAsync(new CancelJobRequest { JobId = id }, cancellationToken: Cancelled);

    /// <summary>All that WatchJob tells until it ends.</summary>
    public async Task<List<Job>> WatchAsync(string jobId)
    {
        using var call = Client.WatchJob(new WatchJobRequest { JobId = jobId }, cancellationToken: Cancelled);
        var seen = new List<Job>();
        while (await call.ResponseStream.MoveNext(Cancelled))
        {
            seen.Add(call.ResponseStream.Current);
        }

        return seen;
    }

    /// <summary>The job once it has dealt with some bytes: it is in the middle of its work.</summary>
    public async Task<Job> WaitForProgressAsync(string jobId)
    {
        using var call = Client.WatchJob(new WatchJobRequest { JobId = jobId }, cancellationToken: Cancelled);
        while (await call.ResponseStream.MoveNext(Cancelled))
        {
            if (call.ResponseStream.Current is { Progress.DoneBytes: > 0 } or { State: not JobState.Running })
            {
                return call.ResponseStream.Current;
            }
        }

        throw new InvalidOperationException("The job ended without a final state.");
    }

    /// <summary>The job as soon as it is as it should be, or has ended.</summary>
    public async Task<Job> UntilAsync(string jobId, Func<Job, bool> condition)
    {
        while (true)
        {
            var jobs = await Client.ListJobsAsync(new(), cancellationToken: Cancelled);
            var job = jobs.Jobs.Single(one => one.JobId == jobId);
            if (condition(job) || job.State != JobState.Running)
            {
                return job;
            }

            await Task.Delay(10, Cancelled);
        }
    }

    /// <summary>Changes a rate limit; gives the one before.</summary>
    public async Task<long> SetRateLimitAsync(string jobId, long bytesPerSecond) => (await Client.SetRateLimitAsync(
        new SetRateLimitRequest { JobId = jobId, BytesPerSecond = bytesPerSecond },
        cancellationToken: Cancelled)).FormerBytesPerSecond;

    /// <summary>Starts a job and waits for its end.</summary>
    public async Task<Job> RunJobAsync(StartJobRequest request)
    {
        await StartJobAsync(request);
        return (await WatchAsync(request.JobId))[^1];
    }

    /// <summary>The files that the process holds open.</summary>
    public IEnumerable<string> OpenFiles() => Directory.EnumerateFiles($"/proc/{ProcessId}/fd")
        .Select(link => new FileInfo(link).LinkTarget ?? "");

    public async Task<int> TerminateAsync()
    {
        Shell.Run("kill", "-TERM", ProcessId.ToString());
        return await ExitAsync();
    }

    public async Task KillAsync()
    {
        _process.Kill();
        await ExitAsync();
    }

    public async Task<int> EndInputAsync()
    {
        _process.StandardInput.Close();
        return await ExitAsync();
    }

    public async ValueTask DisposeAsync()
    {
        if (!_process.HasExited)
        {
            _process.Kill();
            await _process.WaitForExitAsync(CancellationToken.None);
        }

        _channel.Dispose();
        _process.Dispose();
    }

    public static AttachDeviceRequest AttachRequest(string id, string path, DeviceAccess access) => new()
    {
        AttachmentId = id,
        Connection = new ConnectionInfo { Local = new LocalDevice { Path = path } },
        Access = access,
        DirectIo = true,
    };

    private async Task<int> ExitAsync()
    {
        await _process.WaitForExitAsync(Cancelled).WaitAsync(TimeSpan.FromMinutes(1), Cancelled);
        return _process.ExitCode;
    }

    private void Remember(string? line)
    {
        if (line is null)
        {
            _serving.TrySetException(new InvalidOperationException("The server ended: " + Log));
            return;
        }

        _log.Enqueue(line);
        if (line.Contains("Serving on", StringComparison.Ordinal))
        {
            _serving.TrySetResult();
        }
    }
}
