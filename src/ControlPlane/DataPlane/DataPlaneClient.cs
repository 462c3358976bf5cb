using System.Net.Sockets;
using BackupEngine.DataPlane.Protocol;
using Grpc.Core;
using Grpc.Net.Client;
using Protocol = BackupEngine.DataPlane.Protocol.DataPlane;

namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>
/// The data plane over its Unix socket. A call finds a data plane that is being restarted, if it comes back in time.
/// </summary>
public sealed class DataPlaneClient : IDataPlane, IDisposable
{
    /// <summary>How long a call waits for a data plane that does not answer: several restarts of it.</summary>
    public static readonly TimeSpan DefaultPatience = TimeSpan.FromSeconds(20);

    private static readonly TimeSpan RetryDelay = TimeSpan.FromMilliseconds(200);

    private static readonly TimeSpan ConnectedAfter = TimeSpan.FromSeconds(1);

    private readonly GrpcChannel _channel;
    private readonly Protocol.DataPlaneClient _client;
    private readonly string _socketPath;
    private readonly TimeSpan _patience;
    private readonly TimeProvider _time;

    /// <summary>A client of the data plane at an endpoint.</summary>
    public DataPlaneClient(DataPlaneEndpoint endpoint, TimeProvider time)
        : this(endpoint.SocketPath, DefaultPatience, time)
    {
    }

    internal DataPlaneClient(string socketPath, TimeSpan patience, TimeProvider time)
    {
        (_socketPath, _patience, _time) = (socketPath, patience, time);
        _channel = GrpcChannel.ForAddress("http://localhost", new GrpcChannelOptions
        {
            HttpHandler = new SocketsHttpHandler { ConnectCallback = ConnectAsync },
            DisposeHttpClient = true,
            MaxReceiveMessageSize = null,
        });
        _client = new Protocol.DataPlaneClient(_channel);
    }

    /// <inheritdoc/>
    public Task<DataPlaneInfo> GetInfoAsync(CancellationToken cancellationToken) => CallAsync(
        async token => await _client.GetInfoAsync(new GetInfoRequest(), cancellationToken: token), cancellationToken);

    /// <inheritdoc/>
    public Task<Attachment> AttachAsync(AttachDeviceRequest request, CancellationToken cancellationToken) => CallAsync(
        async token => await _client.AttachDeviceAsync(request, cancellationToken: token), cancellationToken);

    /// <inheritdoc/>
    public Task DetachAsync(string attachmentId, CancellationToken cancellationToken) => CallAsync(
        async token => await _client.DetachDeviceAsync(
            new DetachDeviceRequest { AttachmentId = attachmentId }, cancellationToken: token),
        cancellationToken);

    /// <inheritdoc/>
    public async Task StartJobAsync(StartJobRequest request, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(
                async token => await _client.StartJobAsync(request, cancellationToken: token), cancellationToken);
        }
        catch (DataPlaneException e) when (AttachmentOf(request) is { Length: > 0 } attachment)
        {
            await ThrowIfForgottenAsync(attachment, e, cancellationToken);
            throw;
        }
    }

    /// <inheritdoc/>
    public async Task<Job> WatchUntilEndAsync(
        string jobId, Action<JobProgress> onProgress, CancellationToken cancellationToken)
    {
        while (true)
        {
            var last =
                await CallAsync(token => FollowAsync(jobId, onProgress, token), cancellationToken, JobForgotten(jobId));
            if (last is { State: not JobState.Running and not JobState.Unspecified })
                return last;
        }
    }

    /// <inheritdoc/>
    public async Task CancelAsync(string jobId, CancellationToken cancellationToken)
    {
        try
        {
            await CallAsync(
                async token =>
                    await _client.CancelJobAsync(new CancelJobRequest { JobId = jobId }, cancellationToken: token),
                cancellationToken,
                JobForgotten(jobId));
            await WatchUntilEndAsync(jobId, static _ => { }, cancellationToken);
        }
        catch (DataPlaneLostException e) when (e.InnerException is RpcException { StatusCode: StatusCode.NotFound })
        {
            // No such job: it has stopped, with its process or before.
        }
    }

    /// <inheritdoc/>
    public Task RenewLeaseAsync(Lease lease, CancellationToken cancellationToken) => CallAsync(
        async token => await _client.RenewLeaseAsync(lease, cancellationToken: token), cancellationToken);

    /// <inheritdoc/>
    public async Task<IReadOnlyList<string>> ListRunningJobsAsync(CancellationToken cancellationToken)
    {
        var answer = await CallAsync(
            async token => await _client.ListJobsAsync(new ListJobsRequest(), cancellationToken: token),
            cancellationToken);
        return [.. answer.Jobs.Where(job => job.State == JobState.Running).Select(job => job.JobId)];
    }

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Attachment>> ListAttachmentsAsync(CancellationToken cancellationToken)
    {
        var answer = await CallAsync(
            async token => await _client.ListAttachmentsAsync(new ListAttachmentsRequest(), cancellationToken: token),
            cancellationToken);
        return answer.Attachments;
    }

    /// <inheritdoc/>
    public void Dispose() => _channel.Dispose();

    /// <summary>One connection's worth of watching; answers with the last state that was seen.</summary>
    private async Task<Job?> FollowAsync(
        string jobId, Action<JobProgress> onProgress, CancellationToken cancellationToken)
    {
        using var call = _client.WatchJob(new WatchJobRequest { JobId = jobId }, cancellationToken: cancellationToken);
        Job? last = null;
        await foreach (var job in call.ResponseStream.ReadAllAsync(cancellationToken))
        {
            last = job;
            if (job.Progress is { } progress)
                onProgress(progress);
        }

        return last;
    }

    /// <summary>Calls; while nobody answers, calls again until the patience is over.</summary>
    private async Task<T> CallAsync<T>(
        Func<CancellationToken, Task<T>> call,
        CancellationToken cancellationToken,
        Func<RpcException, Exception?>? classify = null)
    {
        var silentSince = _time.GetTimestamp();
        while (true)
        {
            var started = _time.GetTimestamp();
            try
            {
                return await call(cancellationToken);
            }
            catch (RpcException e) when (cancellationToken.IsCancellationRequested)
            {
                throw new OperationCanceledException(e.Message, e, cancellationToken);
            }
            catch (RpcException e) when (!IsConnectionTrouble(e))
            {
                throw classify?.Invoke(e) ?? Refused(e);
            }
            catch (RpcException e)
            {
                // A call that lasted was connected: the silence begins with its end.
                if (_time.GetElapsedTime(started) > ConnectedAfter)
                    silentSince = _time.GetTimestamp();
                if (_time.GetElapsedTime(silentSince) >= _patience)
                    throw Lost(e);
                await Task.Delay(RetryDelay, _time, cancellationToken);
            }
        }
    }

    private static Exception Refused(RpcException e) => e.StatusCode is StatusCode.Aborted
        ? new DataPlaneLeaseEndedException(e.Status.Detail, e)
        : new DataPlaneException(e.Status.Detail, e);

    /// <summary>The client's own errors, which carry their cause, and those of a server that is going down.</summary>
    private static bool IsConnectionTrouble(RpcException e) =>
        e.StatusCode is StatusCode.Unavailable or StatusCode.Cancelled || e.Status.DebugException is not null;

    private DataPlaneLostException Lost(RpcException e) => new(
        $"The data plane at {_socketPath} did not answer for {_patience.TotalSeconds:0} s: " +
        (e.Status.DebugException?.GetBaseException().Message ?? e.Status.Detail), e);

    private static Func<RpcException, Exception?> JobForgotten(string jobId) => e => e.StatusCode is StatusCode.NotFound
        ? new DataPlaneLostException($"The data plane was restarted and has lost the job {jobId}.", e)
        : null;

    /// <summary>
    /// A job is refused as well when the data plane was restarted after the device had been attached.
    /// </summary>
    private async Task ThrowIfForgottenAsync(
        string attachmentId, Exception refusal, CancellationToken cancellationToken)
    {
        var known = await ListAttachmentsAsync(cancellationToken);
        if (known.All(attachment => attachment.AttachmentId != attachmentId))
            throw new DataPlaneLostException("The data plane was restarted and has lost its attachments.", refusal);
    }

    private static string? AttachmentOf(StartJobRequest request) =>
        request.Backup?.AttachmentId ?? request.Restore?.AttachmentId;

    private async ValueTask<Stream> ConnectAsync(
        SocketsHttpConnectionContext context, CancellationToken cancellationToken)
    {
        var socket = new Socket(AddressFamily.Unix, SocketType.Stream, ProtocolType.Unspecified);
        try
        {
            await socket.ConnectAsync(new UnixDomainSocketEndPoint(_socketPath), cancellationToken);
            return new NetworkStream(socket, ownsSocket: true);
        }
        catch
        {
            socket.Dispose();
            throw;
        }
    }
}
