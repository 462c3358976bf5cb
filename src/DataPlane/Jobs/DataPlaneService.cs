using BackupEngine.Chunkstore.Hashing;
using BackupEngine.DataPlane.Memory;
using Grpc.Core;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>The calls of data_plane.proto, whose comments are the contract.</summary>
internal sealed class DataPlaneService(
    AttachmentTable attachments, JobTable jobs, LeaseTable leases, JobServices services, TimeProvider time)
    : Contract.DataPlane.DataPlaneBase
{
    private static readonly TimeSpan WatchInterval = TimeSpan.FromMilliseconds(100);

    /// <inheritdoc/>
    public override Task<Contract.DataPlaneInfo> GetInfo(Contract.GetInfoRequest request, ServerCallContext context) =>
        Task.FromResult(new Contract.DataPlaneInfo
        {
            Version = typeof(DataPlaneService).Assembly.GetName().Version!.ToString(3),
            ProcessId = Environment.ProcessId,
            HashKernel = Blake3.Kernel.ToString(),
            BufferPages = AlignedBufferPool.DetectPageMode().ToText(),
            RateLimitBytesPerSecond = services.Rate.BytesPerSecond,
            MemoryBudgetBytes = services.Shared.Memory?.TotalBytes ?? 0,
            MemoryGrantedBytes = services.Shared.Memory?.GrantedBytes ?? 0,
            MemoryWaitingJobs = services.Shared.Memory?.WaitingCount ?? 0,
        });

    /// <inheritdoc/>
    public override Task<Contract.Attachment> AttachDevice(
        Contract.AttachDeviceRequest request, ServerCallContext context) =>
        attachments.AttachAsync(request, context.CancellationToken);

    /// <inheritdoc/>
    public override async Task<Contract.DetachDeviceResponse> DetachDevice(
        Contract.DetachDeviceRequest request, ServerCallContext context) => new()
        {
            WasAttached = await attachments.DetachAsync(request.AttachmentId, context.CancellationToken),
        };

    /// <inheritdoc/>
    public override Task<Contract.ListAttachmentsResponse> ListAttachments(
        Contract.ListAttachmentsRequest request, ServerCallContext context) =>
        Task.FromResult(new Contract.ListAttachmentsResponse { Attachments = { attachments.List() } });

    /// <inheritdoc/>
    public override Task<Contract.Job> StartJob(Contract.StartJobRequest request, ServerCallContext context) =>
        Task.FromResult(jobs.Start(request).Snapshot());

    /// <inheritdoc/>
    public override async Task WatchJob(
        Contract.WatchJobRequest request,
        IServerStreamWriter<Contract.Job> responseStream,
        ServerCallContext context)
    {
        var job = jobs.Get(request.JobId);
        Contract.Job? sent = null;
        while (sent is null or { State: Contract.JobState.Running })
        {
            var now = job.Snapshot();
            if (!now.Equals(sent))
            {
                await responseStream.WriteAsync(now, context.CancellationToken);
                sent = now;
            }

            // Returns with the first of both; a caller that has gone ends the call through the token.
            await Task.WhenAny(job.Completion, Task.Delay(WatchInterval, time, context.CancellationToken));
            context.CancellationToken.ThrowIfCancellationRequested();
        }
    }

    /// <inheritdoc/>
    public override Task<Contract.Job> CancelJob(Contract.CancelJobRequest request, ServerCallContext context)
    {
        var job = jobs.Get(request.JobId);
        job.Cancel("asked for");
        return Task.FromResult(job.Snapshot());
    }

    /// <inheritdoc/>
    public override Task<Contract.RenewLeaseResponse> RenewLease(Contract.Lease request, ServerCallContext context) =>
        Task.FromResult(new Contract.RenewLeaseResponse { Renewed = leases.Renew(request) });

    /// <inheritdoc/>
    public override Task<Contract.SetRateLimitResponse> SetRateLimit(
        Contract.SetRateLimitRequest request, ServerCallContext context) =>
        request.BytesPerSecond < 0
            ? throw Refusal.InvalidArgument("A rate limit cannot be negative; 0 is none.")
            : Task.FromResult(new Contract.SetRateLimitResponse
            {
                FormerBytesPerSecond = jobs.SetRateLimit(request.JobId, request.BytesPerSecond),
            });

    /// <inheritdoc/>
    public override Task<Contract.ListJobsResponse> ListJobs(
        Contract.ListJobsRequest request, ServerCallContext context) =>
        Task.FromResult(new Contract.ListJobsResponse { Jobs = { jobs.List().Select(job => job.Snapshot()) } });
}
