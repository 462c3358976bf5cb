using System.Diagnostics;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>One backup while it is being made.</summary>
internal sealed class BackupRun(
    BackupRequest request, Manifest? parent, BackupWriter writer, IProgress<TransferProgress>? progress, ILogger logger)
{
    private readonly TreeShape _shape = new(request.Source.LengthBytes, request.Repository.ChunkSizeBytes);
    private readonly LaneBuffers _buffers = LaneBuffers.For(request.Tuning, request.Repository.ChunkSizeBytes);
    private SpotCheckOutcome _spotCheck = SpotCheckOutcome.Nothing;
    private Lane[] _lanes = [];

    /// <summary>Most bytes that the buffers may hold.</summary>
    public long BufferBytes => _buffers.TotalBytes;

    /// <summary>Chunks that the spot check compared.</summary>
    public long SpotCheckedChunks => _spotCheck.Chunks;

    /// <summary>What became of the changed blocks.</summary>
    public ChangedBlocksUse ChangedBlocks { get; private set; } = ChangedBlocksUse.None;

    /// <summary>Extents of the volume whose chunks the parent has lost: they are read like changed ones.</summary>
    public IReadOnlyList<Extent> HarmedRanges { get; init; } = [];

    /// <summary>Fallbacks taken.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Where the lanes' time went.</summary>
    public StageTimes Stages => new(
        Seconds(lane => lane.Reader.ReadTicks),
        Seconds(lane => lane.Reader.IdleTicks),
        Seconds(lane => lane.Worker.HashTicks),
        Seconds(lane => lane.Worker.StoreTicks),
        Seconds(lane => lane.Worker.TreeTicks),
        Seconds(lane => lane.Worker.IdleTicks));

    /// <summary>Reads and stores what the plan says, then publishes.</summary>
    public async Task<Manifest> RunAsync(CancellationToken cancellationToken)
    {
        using var pool = _buffers.CreatePool();
        logger.LogInformation(
            "{Lanes} lanes, buffers of {BufferBytes} bytes, at most {TotalBytes} bytes in all, on {Pages}",
            _buffers.Lanes, _buffers.BufferBytes, _buffers.TotalBytes, pool.PageMode.ToText());
        var plan = await PlanAsync(pool, cancellationToken);
        await ReadAsync(plan, pool, cancellationToken);
        return await writer.CommitAsync(Counters(plan), cancellationToken);
    }

    private async Task<BackupPlan> PlanAsync(AlignedBufferPool pool, CancellationToken cancellationToken)
    {
        if (parent is null || request.ChangedBlocks is not { } changedBlocks)
        {
            return BackupPlanner.Everything(_shape);
        }

        var plan = BackupPlanner.Changed(_shape, parent.Root.Shape, [.. changedBlocks, .. HarmedRanges]);
        var sample = SpotCheckSample.Choose(plan, request.SpotCheck);
        var check = new SpotCheck(
            request.Source, plan, writer.ParentTree!, parent.Root.Shape, request.Repository.ChunkHasher);
        _spotCheck = await check.RunAsync(sample, pool, _buffers, request.RateLimiter, cancellationToken);
        return Judge(plan, _spotCheck.MismatchOffsetBytes);
    }

    private BackupPlan Judge(BackupPlan plan, long? mismatchOffsetBytes)
    {
        if (mismatchOffsetBytes is null)
        {
            ChangedBlocks = ChangedBlocksUse.Used;
            return plan;
        }

        ChangedBlocks = ChangedBlocksUse.Refused;
        Warnings.Add(
            $"The changed blocks are WRONG: the volume differs from backup {request.ParentId} "
            + $"at offset {mismatchOffsetBytes}, which they do not name. The whole volume was read instead, so this "
            + "backup is right; earlier incrementals made with changed blocks of the same source may not be.");
        logger.LogError("{Warning}", Warnings[^1]);
        return BackupPlanner.Everything(_shape);
    }

    private async Task ReadAsync(BackupPlan plan, AlignedBufferPool pool, CancellationToken cancellationToken)
    {
        var counter = new ProgressCounter(progress, _shape.VolumeBytes);
        counter.Add(_shape.VolumeBytes - plan.BytesToRead);
        var context = Context(plan, pool, counter);
        _lanes = [.. Enumerable.Range(0, _buffers.Lanes).Select(_ => new Lane(context))];
        using var group = new WorkerGroup(cancellationToken);
        foreach (var lane in _lanes)
        {
            lane.Start(group);
        }

        await group.WaitAsync();
        LeakGate.Check(pool, logger);
    }

    private LaneContext Context(BackupPlan plan, AlignedBufferPool pool, ProgressCounter counter) => new()
    {
        Source = request.Source,
        Plan = plan,
        Leaves = new LeafQueue(plan),
        Writer = writer,
        Hasher = request.Repository.ChunkHasher,
        ParentShape = parent?.Root.Shape,
        Pool = pool,
        Buffers = _buffers,
        RateLimiter = request.RateLimiter,
        Progress = counter,
    };

    private SourceCounters Counters(BackupPlan plan)
    {
        var inherited = parent is null ? 0 : _shape.VolumeBytes - plan.BytesToRead;
        return new SourceCounters(
            _spotCheck.BytesRead + _lanes.Sum(lane => lane.Reader.BytesRead),
            _lanes.Sum(lane => lane.Worker.ZeroBytes),
            inherited + _lanes.Sum(lane => lane.Worker.SameBytes));
    }

    private double Seconds(Func<Lane, long> ticks) =>
        Math.Round(_lanes.Sum(lane => (double)ticks(lane)) / Stopwatch.Frequency, 3);
}
