using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Stages;
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
    BackupPlanning planning,
    StageTotals stages,
    IProgress<TransferProgress>? progress,
    ILogger logger)
{
    private readonly TreeShape _shape = new(request.Source.LengthBytes, request.Repository.ChunkSizeBytes);
    private readonly LaneBuffers _buffers = LaneBuffers.For(request.Tuning, request.Repository.ChunkSizeBytes);
    private Lane[] _lanes = [];

    /// <summary>Most bytes that the buffers may hold.</summary>
    public long BufferBytes => _buffers.TotalBytes;

    /// <summary>What carries out the reads.</summary>
    public string IoEngine => engine.Name;

    /// <summary>Reads that a lane had in flight at once, at most.</summary>
    public int QueueDepth => _buffers.QueueDepth;

    /// <summary>What is read, and why.</summary>
    public BackupPlanning Planning { get; } = planning;

    /// <summary>Not read, because an interrupted run had finished it.</summary>
    public long ResumedBytes => Planning.ResumedBytes;

    /// <summary>Fallbacks taken.</summary>
    public List<string> Warnings => Planning.Warnings;

    /// <summary>Reads and stores what the plan says, then publishes.</summary>
    public async Task<Manifest> RunAsync(CancellationToken cancellationToken)
    {
        using var pool = _buffers.CreatePool();
        logger.LogInformation(
            "{Lanes} lanes, buffers of {BufferBytes} bytes, at most {TotalBytes} bytes in all, on {Pages}",
            _buffers.Lanes, _buffers.BufferBytes, _buffers.TotalBytes, pool.PageMode.ToText());
        var plan = await Planning.PlanAsync(pool, _buffers, cancellationToken);
        var resumed = await writer.ResumeAsync(plan.Scope, cancellationToken);
        plan = Planning.Judge(plan, resumed);
        await ReadAsync(plan, resumed, pool, cancellationToken);
        WarnOfCheckpoints();
        return await CommitAsync(plan, cancellationToken);
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
            Stages = stages,
        };

    private async Task<Manifest> CommitAsync(BackupPlan plan, CancellationToken cancellationToken)
    {
        var clock = stages.NewClock();
        var manifest = await writer.CommitAsync(Counters(plan), cancellationToken);
        clock.Mark(Stage.Commit);
        return manifest;
    }

    private SourceCounters Counters(BackupPlan plan)
    {
        var inherited = parent is null ? 0 : _shape.VolumeBytes - plan.BytesToRead;
        return new SourceCounters(
            Planning.SpotCheck.BytesRead + Planning.Reread.BytesRead + _lanes.Sum(lane => lane.Reader.BytesRead),
            _lanes.Sum(lane => lane.Worker.ZeroBytes),
            inherited + _lanes.Sum(lane => lane.Worker.SameBytes))
        {
            RereadPositionBytes = Planning.RereadPositionBytes,
        };
    }
}
