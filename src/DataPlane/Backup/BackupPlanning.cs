using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;
using Microsoft.Extensions.Logging;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// Decides what one backup reads. Changed blocks are believed only where they count from the point in time that the
/// parent has read, and where what they leave out is found unchanged wherever it is looked at. Otherwise everything is
/// read, in the same run: the log has it as an error, the result says why, and a counter counts it.
/// </summary>
internal sealed class BackupPlanning
{
    private readonly BackupRequest _request;
    private readonly IBlockDevice _source;
    private readonly BackupStart _start;
    private readonly SlotShare? _slots;
    private readonly ILogger _logger;
    private readonly TreeShape _shape;
    private readonly Manifest? _parent;

    /// <summary>Of a backup that has begun.</summary>
    /// <param name="request">What is asked for.</param>
    /// <param name="source">The source, by the engine that reads it.</param>
    /// <param name="start">What the backup begins with.</param>
    /// <param name="slots">What the job has of the worker slots.</param>
    /// <param name="logger">Told of full reads.</param>
    public BackupPlanning(
        BackupRequest request, IBlockDevice source, BackupStart start, SlotShare? slots, ILogger logger)
    {
        _slots = slots;
        _request = request;
        _source = source;
        _start = start;
        _logger = logger;
        _parent = start.Parent;
        _shape = new TreeShape(request.Source.LengthBytes, request.Repository.ChunkSizeBytes);
        RereadPositionBytes = _parent?.RereadPositionBytes ?? 0;
        Warnings.AddRange(start.Warnings);
    }

    /// <summary>What became of the changed blocks.</summary>
    public ChangedBlocksUse ChangedBlocks { get; private set; } = ChangedBlocksUse.None;

    /// <summary>Why everything is read although only what changed was to be; null where that is not so.</summary>
    public FullReadReason? FullRead { get; private set; }

    /// <summary>What the spot check found.</summary>
    public ComparisonOutcome SpotCheck { get; private set; } = ComparisonOutcome.Nothing;

    /// <summary>What the rolling re-read found.</summary>
    public ComparisonOutcome Reread { get; private set; } = ComparisonOutcome.Nothing;

    /// <summary>What the comparison with an interrupted run found.</summary>
    public ComparisonOutcome ResumeCheck { get; private set; } = ComparisonOutcome.Nothing;

    /// <summary>Where the next incremental goes on to re-read.</summary>
    public long RereadPositionBytes { get; private set; }

    /// <summary>Not read, because an interrupted run had finished it.</summary>
    public long ResumedBytes { get; private set; }

    /// <summary>Fallbacks taken.</summary>
    public List<string> Warnings { get; } = [];

    /// <summary>Decides; reads what proves the changed blocks.</summary>
    public async Task<BackupPlan> PlanAsync(
        AlignedBufferPool pool, LaneBuffers buffers, CancellationToken cancellationToken)
    {
        if (WhyEverything() is { } everything)
        {
            return everything;
        }

        if (_parent is null || _request.ChangedBlocks is not { } changedBlocks)
        {
            return BackupPlanner.Everything(_shape);
        }

        var plan = BackupPlanner.Changed(_shape, _parent.Root.Shape, [.. changedBlocks, .. _start.HarmedRanges]);
        ChangedBlocks = ChangedBlocksUse.Used;
        var before = new ParentLeaves(_start.Writer.ParentTree!);
        SpotCheck = await CompareAsync(Sample(plan), before, pool, buffers, cancellationToken);
        BackupMetrics.CountCompared(SpotCheck.BytesRead, "spot_check");
        if (SpotCheck.MismatchOffsetBytes is { } sampled)
        {
            return Disbelieve(FullReadReason.SpotCheck, sampled);
        }

        var part = new RollingReread(_shape, RereadPositionBytes, _request.VerifyChanged);
        Reread = await CompareAsync(part.Select(plan), before, pool, buffers, cancellationToken);
        BackupMetrics.CountCompared(Reread.BytesRead, "reread");
        RereadPositionBytes = part.NextPositionBytes;
        return Reread.MismatchOffsetBytes is { } found ? Disbelieve(FullReadReason.Reread, found) : plan;
    }

    /// <summary>
    /// Compares some of what an interrupted run has read with the source: that its identity is the same is the word of
    /// whoever named it.
    /// </summary>
    public async Task<bool> IsSameAsync(
        BackupPlan plan,
        IReadOnlyList<SampledLeaf> sample,
        AlignedBufferPool pool,
        LaneBuffers buffers,
        CancellationToken cancellationToken)
    {
        var leaves = new ResumeSample(plan, sample);
        ResumeCheck = await CompareAsync([.. leaves.Choose()], leaves, pool, buffers, cancellationToken);
        BackupMetrics.CountCompared(ResumeCheck.BytesRead, "resume_check");
        return ResumeCheck.MismatchOffsetBytes is null;
    }

    /// <summary>
    /// Says what of an interrupted run is gone on with. One that did not believe the changed blocks is right for this
    /// run as well, whose sample may have missed what that one's found.
    /// </summary>
    public BackupPlan Judge(BackupPlan plan, ResumedLeaves resumed)
    {
        foreach (var warning in resumed.Warnings)
        {
            Warnings.Add(warning);
            _logger.LogWarning("{Warning}", warning);
        }

        if (ResumeCheck.MismatchOffsetBytes is { } offset)
        {
            plan = ReadEverything(
                FullReadReason.ResumeCheck,
                "The source is NOT what the interrupted run of this backup had read, although it is said to be: it "
                + $"differs at offset {offset}. Nothing of that run is gone on with, and the whole volume is read, so "
                + "this backup is right; what names the source (its identity, or whoever trusts it) is not.");
        }
        else if (resumed.ReadEverything)
        {
            plan = ReadEverything(
                FullReadReason.Resumed,
                "The interrupted run of this backup read the whole volume in spite of changed blocks; so does this "
                + "one.");
        }

        ResumedBytes = plan.BytesIn(resumed);
        if (resumed.Count > 0)
        {
            _logger.LogInformation(
                "Goes on from an interrupted run: {ResumedBytes} of {BytesToRead} bytes need not be read",
                ResumedBytes, plan.BytesToRead);
        }

        return plan;
    }

    private BackupPlan? WhyEverything()
    {
        if (_request.ChangedBlocksUnknown is { } unknown)
        {
            return ReadEverything(
                FullReadReason.Unknown, $"What changed is not known: {unknown}. The whole volume is read.");
        }

        if (_parent is null && _request.ParentId is not null)
        {
            return ReadEverything(FullReadReason.ParentDamaged, warning: null);
        }

        return _request.ChangedBlocks is null || _parent is null || _request.ChangedBlocksBase == _parent.BaseToken
            ? null
            : ReadEverything(
                FullReadReason.BaseMismatch,
                $"The changed blocks count from base point '{Short(_request.ChangedBlocksBase)}', but backup "
                + $"{_parent.BackupId} has read '{Short(_parent.BaseToken)}': they say nothing about it. "
                + "The whole volume is read.");
    }

    private IEnumerable<ChunkRange> Sample(BackupPlan plan) => SpotCheckSample.Choose(plan, _request.SpotCheck)
        .Select(chunk => new ChunkRange(chunk, chunk + 1));

    private Task<ComparisonOutcome> CompareAsync(
        IEnumerable<ChunkRange> ranges,
        IExpectedLeaves expected,
        AlignedBufferPool pool,
        LaneBuffers buffers,
        CancellationToken cancellationToken)
    {
        var comparison = new SourceComparison(
            _source, _shape, expected, _request.Repository.ChunkHasher, _slots);
        return comparison.RunAsync(ranges, pool, buffers, _request.RateLimiter, cancellationToken);
    }

    private BackupPlan Disbelieve(FullReadReason reason, long offsetBytes) => ReadEverything(
        reason,
        $"The changed blocks are WRONG: the volume differs from backup {_request.ParentId} "
        + $"at offset {offsetBytes}, which they do not name. The whole volume was read instead, so this "
        + "backup is right; earlier incrementals made with changed blocks of the same source may not be.");

    /// <summary>The one place where it is decided, so that none is silent.</summary>
    private BackupPlan ReadEverything(FullReadReason reason, string? warning)
    {
        FullRead ??= reason;
        ChangedBlocks = _request.ChangedBlocks is null ? ChangedBlocksUse.None : ChangedBlocksUse.Refused;
        BackupMetrics.CountFullRead(reason);
        if (warning is not null)
        {
            Warnings.Add(warning);
            _logger.LogError("Full read of volume {VolumeId}: {Warning}", _request.VolumeId, warning);
        }

        return BackupPlanner.Everything(_shape);
    }

    private static string Short(string token) => token.Length <= 100 ? token : token[..100] + "…";
}
