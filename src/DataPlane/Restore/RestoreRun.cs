using System.Threading.Channels;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>One restore while it is being made: one planner, and several workers with a buffer each.</summary>
internal sealed class RestoreRun(
    RestoreRequest request,
    IIoEngine engine,
    Manifest manifest,
    IProgress<TransferProgress>? progress,
    ILogger logger) : IDisposable
{
    private const int WorkersPerLane = 2;

    private readonly TreeShape _shape = manifest.Root.Shape;
    private readonly ProgressCounter _progress = new(progress, manifest.Root.Shape.VolumeBytes);
    private AlignedBufferPool? _pool;

    /// <summary>One reads and checks while the other writes.</summary>
    public int Workers { get; } = request.Tuning.Lanes * WorkersPerLane;

    /// <summary>
    /// Most bytes that the buffers may hold: one for each worker, and one for the tail of the volume.
    /// </summary>
    public long BufferBytes => (long)(Workers + 1) * WindowBytes;

    /// <summary>What carries out the transfers.</summary>
    public string IoEngine => engine.Name;

    /// <summary>What writes to the target.</summary>
    public TargetWriter? Writer { get; private set; }

    private int WindowBytes => Math.Max(request.Tuning.IoSizeBytes, _shape.ChunkSizeBytes);

    /// <summary>Writes the whole volume and makes it durable.</summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        _pool = new AlignedBufferPool(
            new AlignedBufferPoolOptions { BlockSizeBytes = WindowBytes, MaxTotalBytes = BufferBytes });
        Writer = new TargetWriter(engine.Device, request.TargetIsZero, _pool, request.RateLimiter);
        var tree = request.Repository.OpenTree(manifest);
        var work = Channel.CreateBounded<RestoreWork>(new BoundedChannelOptions(Workers) { SingleWriter = true });
        using var group = new WorkerGroup(cancellationToken);
        group.Start(stop => PlanAsync(tree, work.Writer, stop), () => work.Writer.Complete());
        for (var i = 0; i < Workers; i++)
        {
            group.StartThread(stop => Work(tree, work.Reader, stop));
        }

        await group.WaitAsync();
        LeakGate.Check(_pool, logger);
        CheckComplete();
        await Task.Run(() => Writer.Flush(cancellationToken), cancellationToken);
    }

    /// <inheritdoc/>
    public void Dispose() => _pool?.Dispose();

    private async Task PlanAsync(
        ManifestTreeReader tree, ChannelWriter<RestoreWork> work, CancellationToken cancellationToken)
    {
        await foreach (var piece in RestorePlanner.PlanAsync(tree, _shape, cancellationToken))
        {
            await work.WriteAsync(piece, cancellationToken);
        }
    }

    private void Work(ManifestTreeReader tree, ChannelReader<RestoreWork> work, CancellationToken cancellationToken)
    {
        using var buffer = _pool!.Rent();
        var worker = new RestoreWorker(_shape, tree, request.Repository.Chunks, Writer!, buffer.Memory, _progress);
        while (Blocking.Wait(work.WaitToReadAsync(cancellationToken)))
        {
            if (work.TryRead(out var piece))
            {
                worker.Restore(piece, cancellationToken);
            }
        }
    }

    private void CheckComplete()
    {
        var done = Writer!.BytesWritten + Writer.ZeroBytes;
        if (done != _shape.VolumeBytes)
        {
            throw new InvalidOperationException(
                $"{done} of {_shape.VolumeBytes} bytes were restored, yet no worker failed.");
        }
    }
}
