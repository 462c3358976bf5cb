using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// Writes to the target of a restore, never a byte beyond the volume, and counts. Called from threads that may be
/// blocked.
/// </summary>
internal sealed class TargetWriter(IBlockDevice target, bool targetIsZero, AlignedBufferPool pool, RateLimiter? limiter)
{
    private long _bytesWritten;
    private long _zeroBytes;
    private volatile bool _began;

    /// <summary>Whether the target may have been changed.</summary>
    public bool Began => _began;

    /// <summary>Bytes of chunks written.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>Bytes of zeros, made or found.</summary>
    public long ZeroBytes => Interlocked.Read(ref _zeroBytes);

    /// <summary>Whether zeros need not be written.</summary>
    public bool TargetIsZero => targetIsZero;

    /// <summary>Writes checked bytes.</summary>
    /// <param name="offsetBytes">Where; aligned.</param>
    /// <param name="buffer">What; its end may lie off the alignment at the end of the volume.</param>
    /// <param name="zeroBytes">How many of them belong to chunks of zeros.</param>
    /// <param name="cancellationToken">Cancels before the write.</param>
    public void Write(long offsetBytes, ReadOnlyMemory<byte> buffer, int zeroBytes, CancellationToken cancellationToken)
    {
        Blocking.Wait(limiter?.AcquireAsync(buffer.Length, cancellationToken) ?? ValueTask.CompletedTask);
        _began = true;
        var tail = TailLength(offsetBytes, buffer.Length);
        var main = buffer[..^tail];
        if (main.Length > 0)
        {
            Blocking.Wait(target.WriteAsync(offsetBytes, main, cancellationToken));
        }

        if (tail > 0)
        {
            WriteTail(offsetBytes + main.Length, buffer[^tail..], cancellationToken);
        }

        Interlocked.Add(ref _bytesWritten, buffer.Length - zeroBytes);
        Interlocked.Add(ref _zeroBytes, zeroBytes);
    }

    /// <summary>Makes an extent zero, unless it is.</summary>
    public void Zero(Extent extent, CancellationToken cancellationToken)
    {
        if (!targetIsZero)
        {
            _began = true;
            Blocking.Wait(target.ZeroAsync(extent, cancellationToken));
        }

        Interlocked.Add(ref _zeroBytes, extent.LengthBytes);
    }

    /// <summary>Makes everything durable.</summary>
    public void Flush(CancellationToken cancellationToken) => Blocking.Wait(target.FlushAsync(cancellationToken));

    /// <summary>Bytes at the end that do not fill an aligned block, where the device goes on behind them.</summary>
    private int TailLength(long offsetBytes, int lengthBytes) =>
        offsetBytes + lengthBytes == target.LengthBytes ? 0 : lengthBytes % target.AlignmentBytes;

    /// <summary>
    /// The volume ends within a block of a larger target: what lies behind it in that block is read and written
    /// back.
    /// </summary>
    private void WriteTail(long offsetBytes, ReadOnlyMemory<byte> tail, CancellationToken cancellationToken)
    {
        using var owner = pool.Rent();
        var block = owner.Memory[..(int)Math.Min(target.AlignmentBytes, target.LengthBytes - offsetBytes)];
        Blocking.Wait(target.ReadAsync(offsetBytes, block, cancellationToken));
        tail.CopyTo(block);
        Blocking.Wait(target.WriteAsync(offsetBytes, block, cancellationToken));
    }
}
