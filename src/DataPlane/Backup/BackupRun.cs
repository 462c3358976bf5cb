using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;
using BackupEngine.DataPlane.Transfers.Depth;

namespace BackupEngine.DataPlane.Backup;

/// <summary>One backup while it is being made.</summary>
internal sealed class BackupRun(
    BackupRequest request,
    IIoEngine engine,
    Manifest? parent,
    BackupWriter writer,
    BackupPlanning planning,
    StageTotals stages,
    LaneBuffers buffers,
    SlotShare? slots,
    IProgress<TransferProgress>? progress,
    ILogger logger)
{
    private readonly TreeShape _shape = new(request.Source.LengthBytes, request.Repository.ChunkSizeBytes);
    private readonly LaneBuffers _buffers = buffers;
    private readonly DepthChoice _depth = request.Depth
        ?? DepthChoice.For(
            request.Tuning with { Lanes = buffers.Lanes }, engine, request.Source, TimeProvider.System);

    private Lane[] _lanes = [];

    /// <summary>Most bytes that the buffers may hold.</summary>
    public long BufferBytes => _buffers.TotalBytes;

    /// <summary>What carries out the reads.</summary>
    public string IoEngine => engine.Name;

    /// <summary>Reads that a lane has in flight at once: what it came to.</summary>
    public int QueueDepth => Math.Min(_depth.Depth.Current, _buffers.QueueDepth);

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
        logger.LogInformation(
            "Read by {Engine}, queue depth {From} to {To}: {Reason}",
            engine.Name, _depth.Depth.Current, _depth.Depth.Maximum, _depth.Reason);
        var plan = await Planning.PlanAsync(pool, _buffers, cancellationToken);
        var asked = plan;
        var resumed = await writer.ResumeAsync(
            plan.Scope,
            cancellationToken,
            (sample, token) => Planning.IsSameAsync(asked, sample, pool, _buffers, token));
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
        using var oneStream = _depth.OneStream ? new SemaphoreSlim(1, 1) : null;
        var context = Context(plan, resumed, pool, counter, oneStream);
        _lanes = [.. Enumerable.Range(0, _buffers.Lanes).Select(_ => new Lane(context))];
        using var group = new WorkerGroup(cancellationToken);
        foreach (var lane in _lanes)
        {
            lane.Start(group);
        }

        await group.WaitAsync();
        logger.LogInformation("Queue depth came to {Depth}", QueueDepth);
        Warnings.AddRange(engine.Refused.Select(refused => $"{refused}."));
        LeakGate.Check(pool, logger);
    }

    private LaneContext Context(
        BackupPlan plan,
        ResumedLeaves resumed,
        AlignedBufferPool pool,
        ProgressCounter counter,
        SemaphoreSlim? oneStream) => new()
        {
            Engine = engine,
            Depth = _depth.Depth,
            OneStream = oneStream,
            Plan = plan,
            Leaves = new LeafQueue(plan, resumed),
            Writer = writer,
            Hasher = request.Repository.ChunkHasher,
            ParentShape = parent?.Root.Shape,
            Pool = pool,
            Buffers = _buffers,
            RateLimiter = request.RateLimiter,
            Slots = slots,
            Progress = counter,
            Stages = stages,
        };

    private async Task<Manifest> CommitAsync(BackupPlan plan, CancellationToken cancellationToken)
    {
        var clock = stages.NewClock();
        request.BeforeCommit?.Invoke();
        var manifest = await writer.CommitAsync(Counters(plan), cancellationToken);
        clock.Mark(Stage.Commit);
        return manifest;
    }

    private SourceCounters Counters(BackupPlan plan)
    {
        var inherited = parent is null ? 0 : _shape.VolumeBytes - plan.BytesToRead;
        return new SourceCounters(
            Planning.SpotCheck.BytesRead + Planning.Reread.BytesRead + Planning.ResumeCheck.BytesRead
                + _lanes.Sum(lane => lane.Reader.BytesRead),
            _lanes.Sum(lane => lane.Worker.ZeroBytes),
            inherited + _lanes.Sum(lane => lane.Worker.SameBytes))
        {
            RereadPositionBytes = Planning.RereadPositionBytes,
        };
    }
}
