using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.DataPlane.Restore;

/// <summary>Does what the planner has found to be done, on a thread of its own with buffers of its own.</summary>
internal sealed class RestoreWorker : IDisposable
{
    /// <summary>
    /// Zeros up to this many bytes are written: telling a device to unmap so little costs it as much, and tears its
    /// space into pieces.
    /// </summary>
    public const int WrittenZeroBytes = 32 * 1024;

    private readonly RestoreContext _context;
    private readonly Memory<byte> _buffer;
    private readonly PieceRestorer _pieces;
    private readonly RangeComparer _comparer;
    private readonly StageClock _clock;

    /// <summary>Creates a worker over its two buffers, on its thread.</summary>
    public RestoreWorker(RestoreContext context, Memory<byte> window, Memory<byte> pack)
    {
        (_context, _buffer) = (context, window);
        _clock = context.Stages.NewClock();
        _pieces = new PieceRestorer(context, _clock, window, pack);
        _comparer = new RangeComparer(context, _clock, window);
    }

    /// <summary>Works until there is nothing more to do.</summary>
    public void Run(WorkQueue<RestoreWork> work, CancellationToken cancellationToken)
    {
        while (work.TryTake(out var next, cancellationToken))
        {
            _clock.MarkWait(Stage.WaitForWork);
            Do(next, cancellationToken);
        }

        _clock.MarkWait(Stage.WaitForWork);
    }

    /// <inheritdoc/>
    public void Dispose() => _pieces.Dispose();

    private void Do(in RestoreWork work, CancellationToken cancellationToken)
    {
        switch (work.Kind)
        {
            case WorkKind.Piece:
                _pieces.Restore(work.Window!, work.Piece, cancellationToken);
                work.Window!.Release();
                break;
            case WorkKind.Compare:
                _comparer.Compare(work.Window!, work.FirstPlace, work.Extent, cancellationToken);
                work.Window!.EndComparing();
                break;
            case WorkKind.CompareZero:
                _comparer.CompareZero(work.Extent, cancellationToken);
                break;
            default:
                Zero(work.Extent, cancellationToken);
                _clock.Mark(Stage.Zeroing, work.Extent.LengthBytes);
                break;
        }
    }

    private void Zero(Extent extent, CancellationToken cancellationToken)
    {
        if (_context.Writer.TargetIsZero || extent.LengthBytes > WrittenZeroBytes)
        {
            _context.Writer.Zero(extent, cancellationToken);
            return;
        }

        var zeros = _buffer[..(int)extent.LengthBytes];
        zeros.Span.Clear();
        _context.Writer.Write(extent.OffsetBytes, zeros, isZero: true, cancellationToken);
    }
}
