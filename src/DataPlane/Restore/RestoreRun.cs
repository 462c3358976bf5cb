using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>One restore while it is being made: one planner, and several workers with two buffers each.</summary>
internal sealed class RestoreRun : IDisposable
{
    private readonly ILogger _logger;
    private readonly AlignedBufferPool _windows;
    private readonly AlignedBufferPool _packs;

    /// <summary>Prepares a restore; nothing is read or written yet.</summary>
    /// <param name="request">What to restore.</param>
    /// <param name="engine">What carries out the transfers.</param>
    /// <param name="manifest">The backup.</param>
    /// <param name="sizes">Its buffers.</param>
    /// <param name="slots">What the job has of the worker slots.</param>
    /// <param name="resume">What says how far an interrupted restore may have come; null where nothing does.</param>
    /// <param name="progress">Told of the progress.</param>
    /// <param name="logger">The log.</param>
    public RestoreRun(
        RestoreRequest request,
        IIoEngine engine,
        Manifest manifest,
        RestoreSizes sizes,
        SlotShare? slots,
        ResumeFile? resume,
        IProgress<TransferProgress>? progress,
        ILogger logger)
    {
        _logger = logger;
        IoEngine = engine.Name;
        var shape = manifest.Root.Shape;
        Sizes = sizes;
        _windows = Sizes.CreateWindowPool();
        _packs = Sizes.CreatePackPool();
        var begun = resume?.BegunBytes ?? 0;
        Context = new RestoreContext
        {
            Shape = shape,
            Tree = request.Repository.OpenTree(manifest),
            Chunks = request.Repository.Chunks,
            Hasher = request.Repository.ChunkHasher,
            Writer = new TargetWriter(
                engine.Device,
                request.TargetIsZero && begun == 0,
                _windows,
                request.RateLimiter,
                new ProgressCounter(progress, shape.VolumeBytes),
                request.BeforeWrite),
            Sizes = Sizes,
            Slots = slots,
            Harmed = request.KeepGoing ? new HarmedRanges(logger) : null,
            CompareBelowBytes = request.OnlyDifferences ? long.MaxValue : begun,
            Resume = resume,
        };
    }

    /// <summary>What carries out the transfers.</summary>
    public string IoEngine { get; }

    /// <summary>What takes how much memory.</summary>
    public RestoreSizes Sizes { get; }

    /// <summary>What planner and workers share, and the counts.</summary>
    public RestoreContext Context { get; }

    /// <summary>What writes to the target.</summary>
    public TargetWriter Writer => Context.Writer;

    /// <summary>Writes the whole volume and makes it durable.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var work = new WorkQueue<RestoreWork>(2 * Sizes.Workers);
        using (var planner = new RestorePlanner(Context, work))
        {
            using var group = new WorkerGroup(cancellationToken);
            group.StartThread(planner.Run, work.Complete);
            for (var i = 0; i < Sizes.Workers; i++)
            {
                group.StartThread(stop => Work(work, stop));
            }

            await group.WaitAsync();
        }

        LeakGate.Check(_windows, _logger);
        LeakGate.Check(_packs, _logger);
        CheckComplete();
        await Task.Run(() => Flush(cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose()
    {
        _windows.Dispose();
        _packs.Dispose();
    }

    private void Work(WorkQueue<RestoreWork> work, CancellationToken cancellationToken)
    {
        using var window = _windows.Rent();
        using var pack = _packs.Rent();
        using var worker = new RestoreWorker(Context, window.Memory, pack.Memory);
        worker.Run(work, cancellationToken);
    }

    private void Flush(CancellationToken cancellationToken)
    {
        var clock = Context.Stages.NewClock();
        Writer.Flush(cancellationToken);
        clock.Mark(Stage.TargetFlush);
    }

    private void CheckComplete()
    {
        var done = Writer.BytesWritten + Writer.ZeroBytes + Writer.SameBytes + (Context.Harmed?.Bytes ?? 0);
        if (done != Context.Shape.VolumeBytes)
        {
            throw new InvalidOperationException(
                $"{done} of {Context.Shape.VolumeBytes} bytes were restored, yet no worker failed.");
        }
    }
}
