using System.Runtime.ExceptionServices;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// Carries out the reads of a batch for one lane. A single read runs on the lane's own thread; scattered ones run
/// side by side, helped by the thread pool. Returns only when no transfer into the buffer is left, also when one
/// failed.
/// </summary>
internal sealed class BatchReader(IBlockDevice source, RateLimiter? limiter, int queueDepth)
    : IThreadPoolWorkItem, IDisposable
{
    private readonly CountdownEvent _running = new(1);
    private ReadBatch _batch = null!;
    private Memory<byte> _buffer;
    private CancellationToken _cancellationToken;
    private int _next;
    private Exception? _error;

    /// <summary>Fills the buffer. To be called from a thread that may be blocked.</summary>
    /// <exception cref="DeviceException">A read failed.</exception>
    public void Read(ReadBatch batch, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        if (limiter is not null)
        {
            Blocking.Wait(limiter.AcquireAsync(batch.BytesToRead, cancellationToken));
        }

        if (batch.Count == 1)
        {
            ReadPiece(batch[0], buffer, cancellationToken);
            return;
        }

        (_batch, _buffer, _cancellationToken, _next, _error) = (batch, buffer, cancellationToken, -1, null);
        ReadSideBySide();
    }

    /// <summary>A helper's share of the reads.</summary>
    public void Execute()
    {
        try
        {
            ReadRemaining();
        }
        catch (Exception e)
        {
            Interlocked.CompareExchange(ref _error, e, null);
        }
        finally
        {
            _running.Signal();
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _running.Dispose();

    private void ReadSideBySide()
    {
        var helpers = Math.Min(_batch.Count, queueDepth) - 1;
        _running.Reset(helpers + 1);
        for (var i = 0; i < helpers; i++)
        {
            ThreadPool.UnsafeQueueUserWorkItem(this, preferLocal: false);
        }

        Execute();
        _running.Wait(CancellationToken.None);
        if (_error is not null)
        {
            ExceptionDispatchInfo.Throw(_error);
        }
    }

    private void ReadRemaining()
    {
        for (var i = Interlocked.Increment(ref _next);
            i < _batch.Count && Volatile.Read(ref _error) is null;
            i = Interlocked.Increment(ref _next))
        {
            ReadPiece(_batch[i], _buffer, _cancellationToken);
        }
    }

    private void ReadPiece(ReadBatch.Piece piece, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var place = buffer.Slice(piece.BufferOffset, piece.LengthBytes);
        Blocking.Wait(source.ReadAsync(piece.OffsetBytes, place, cancellationToken));
    }
}
