using System.Diagnostics;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>One backup while it is being made.</summary>
internal sealed class BackupRun(
    BackupRequest request,
    IIoEngine engine,
    Manifest? parent,
    BackupWriter writer,
    IProgress<TransferProgress>? progress,
    ILogger logger)
{
    private readonly TreeShape _shape = new(request.Source.LengthBytes, request.Repository.ChunkSizeBytes);
    private readonly LaneBuffers _buffers = LaneBuffers.For(request.Tuning, request.Repository.ChunkSizeBytes);
    private SpotCheckOutcome _spotCheck = SpotCheckOutcome.Nothing;
    private Lane[] _lanes = [];

    /// <summary>Most bytes that the buffers may hold.</summary>
    public long BufferBytes => _buffers.TotalBytes;

    /// <summary>What carries out the reads.</summary>
    public string IoEngine => engine.Name;

    /// <summary>Reads that a lane had in flight at once, at most.</summary>
    public int QueueDepth => _buffers.QueueDepth;

    /// <summary>Chunks that the spot check compared.</summary>
    public long SpotCheckedChunks => _spotCheck.Chunks;

    /// <summary>Not read, because an interrupted run had finished it.</summary>
    public long ResumedBytes { get; private set; }

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
        var resumed = await writer.ResumeAsync(plan.Scope, cancellationToken);
        plan = Judge(plan, resumed);
        await ReadAsync(plan, resumed, pool, cancellationToken);
        WarnOfCheckpoints();
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
            engine.Device, plan, writer.ParentTree!, parent.Root.Shape, request.Repository.ChunkHasher);
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

    /// <summary>
    /// Says what of an interrupted run is gone on with. One that did not believe the changed blocks is right for this
    /// run as well, whose sample may have missed what that one's found.
    /// </summary>
    private BackupPlan Judge(BackupPlan plan, ResumedLeaves resumed)
    {
        foreach (var warning in resumed.Warnings)
        {
            Warnings.Add(warning);
            logger.LogWarning("{Warning}", warning);
        }

        if (resumed.ReadEverything)
        {
            ChangedBlocks = ChangedBlocksUse.Refused;
            Warnings.Add(
                "The interrupted run of this backup read the whole volume in spite of changed blocks; so does this "
                + "one.");
            logger.LogWarning("{Warning}", Warnings[^1]);
            plan = BackupPlanner.Everything(_shape);
        }

        ResumedBytes = plan.BytesIn(resumed);
        if (resumed.Count > 0)
        {
            logger.LogInformation(
                "Goes on from an interrupted run: {ResumedBytes} of {BytesToRead} bytes need not be read",
                ResumedBytes, plan.BytesToRead);
        }

        return plan;
    }

    private void WarnOfCheckpoints()
    {
        if (writer.CheckpointFailure is { } failure)
        {
            Warnings.Add(failure);
            logger.LogWarning("{Warning}", failure);
        }
    }

    private async Task ReadAsync(
        BackupPlan plan, ResumedLeaves resumed, AlignedBufferPool pool, CancellationToken cancellationToken)
    {
        var counter = new ProgressCounter(progress, _shape.VolumeBytes);
        counter.Add(_shape.VolumeBytes - plan.BytesToRead + ResumedBytes);
        var context = Context(plan, resumed, pool, counter);
        _lanes = [.. Enumerable.Range(0, _buffers.Lanes).Select(_ => new Lane(context))];
        using var group = new WorkerGroup(cancellationToken);
        foreach (var lane in _lanes)
        {
            lane.Start(group);
        }

        await group.WaitAsync();
        LeakGate.Check(pool, logger);
    }

    private LaneContext Context(
        BackupPlan plan, ResumedLeaves resumed, AlignedBufferPool pool, ProgressCounter counter) => new()
        {
            Engine = engine,
            Depth = _buffers.QueueDepth,
            ReadsAhead = false,
            Plan = plan,
            Leaves = new LeafQueue(plan, resumed),
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
