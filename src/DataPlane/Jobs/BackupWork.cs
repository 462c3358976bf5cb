using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Transfers;
using Contract = BackupEngine.DataPlane.Protocol;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>Makes a backup of the attached device.</summary>
internal sealed class BackupWork(Contract.BackupJob request) : JobWork
{
    /// <summary>The backup to build on; null for a full one.</summary>
    public required BackupId? ParentId { get; init; }

    /// <summary>How the machine is used.</summary>
    public required TuningOptions Tuning { get; init; }

    /// <inheritdoc/>
    public override string Verb => "backup";

    /// <inheritdoc/>
    public override string? AttachmentId => request.AttachmentId;

    /// <inheritdoc/>
    public override long RateLimitBytesPerSecond => request.Tuning?.RateLimitBytesPerSecond ?? 0;

    /// <inheritdoc/>
    public override async Task<Action<Contract.Job>> RunAsync(JobContext context, CancellationToken cancellationToken)
    {
        using var lease = context.Services.Repositories.Lease(Repository, request.InitializeRepository);
        var result = await context.Services.Backups.RunAsync(
            Request(lease, context), context.Progress, cancellationToken);
        return job => job.Backup = Describe(result);
    }

    private static Contract.BackupResult Describe(BackupResult result) => new()
    {
        BackupId = result.BackupId,
        VolumeBytes = result.VolumeBytes,
        BytesRead = result.BytesRead,
        ResumedBytes = result.ResumedBytes,
        ResumeCheckBytes = result.ResumeCheckBytes,
        ResumeCheckSeconds = result.ResumeCheckSeconds,
        ZeroBytes = result.ZeroBytes,
        BytesUnchanged = result.BytesUnchanged,
        ChunksNew = result.ChunksNew,
        BytesNew = result.BytesNew,
        BytesStored = result.BytesStored,
        MetadataBytes = result.MetadataBytes,
        Seconds = result.Seconds,
        CpuSeconds = result.CpuSeconds,
        DirectIo = result.DirectIo,
        IoEngine = result.IoEngine,
        QueueDepth = result.QueueDepth,
        Stages = StageMessage.Of(result.Stages),
        Warnings = { result.Warnings },
        ChangedBlocks = result.ChangedBlocks.ToText(),
        FullRead = result.FullRead?.ToText() ?? "",
        SpotCheckBytes = result.SpotCheckBytes,
        SpotCheckSeconds = result.SpotCheckSeconds,
        RereadBytes = result.RereadBytes,
        RereadSeconds = result.RereadSeconds,
        RereadPositionBytes = result.RereadPositionBytes,
        KnownZeroBytes = result.KnownZeroBytes,
    };

    private BackupRequest Request(RepositoryLease lease, JobContext context) => new()
    {
        Repository = lease.Repository,
        Source = context.Device!,
        BackupId = BackupId,
        VolumeId = request.VolumeId,
        ParentId = ParentId,
        ChangedBlocks = request.ChangedBlocks?.Extents
            .Select(extent => new Extent(extent.OffsetBytes, extent.LengthBytes)).ToArray(),
        ChangedBlocksBase = request.ChangedBlocksBase,
        ChangedBlocksUnknown = request.ChangedBlocksUnknown.Length == 0 ? null : request.ChangedBlocksUnknown,
        VerifyChanged = request.HasVerifyChanged ? request.VerifyChanged : BackupRequest.DefaultVerifyChanged,
        BaseToken = request.BaseToken,
        SourceIdentity = request.SourceIdentity,
        Tuning = Tuning,
        RateLimiter = context.RateLimiter,
        Shared = context.Shared,
        BeforeCommit = context.RequireLease,
    };
}
