using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// Writes to the target of a restore, never a byte beyond the volume, and counts. Called from threads that may be
/// blocked.
/// </summary>
internal sealed class TargetWriter(
    IBlockDevice target,
    bool targetIsZero,
    AlignedBufferPool pool,
    RateLimiter? limiter,
    ProgressCounter progress,
    Action? beforeWrite)
{
    private long _bytesWritten;
    private long _zeroBytes;
    private long _sameBytes;
    private long _bytesRead;
    private volatile bool _began;

    /// <summary>Whether the target may have been changed.</summary>
    public bool Began => _began;

    /// <summary>Bytes of chunks written.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>Bytes of zeros, made, or taken for granted on a target known to be zero.</summary>
    public long ZeroBytes => Interlocked.Read(ref _zeroBytes);

    /// <summary>Bytes that the target was found to hold already, zeros among them.</summary>
    public long SameBytes => Interlocked.Read(ref _sameBytes);

    /// <summary>Bytes read from the target.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Whether zeros need not be written.</summary>
    public bool TargetIsZero => targetIsZero;

    /// <summary>Writes checked bytes.</summary>
    /// <param name="offsetBytes">Where; aligned.</param>
    /// <param name="buffer">What; its end may lie off the alignment at the end of the volume.</param>
    /// <param name="isZero">Whether they count as zeros.</param>
    /// <param name="cancellationToken">Cancels before the write.</param>
    public void Write(long offsetBytes, ReadOnlyMemory<byte> buffer, bool isZero, CancellationToken cancellationToken)
    {
        Blocking.Wait(limiter?.AcquireAsync(buffer.Length, cancellationToken) ?? ValueTask.CompletedTask);
        _began = true;
        var tail = TailLength(offsetBytes, buffer.Length);
        var main = buffer[..^tail];
        if (main.Length > 0)
        {
            beforeWrite?.Invoke();
            Blocking.Wait(target.WriteAsync(offsetBytes, main, cancellationToken));
        }

        if (tail > 0)
        {
            WriteTail(offsetBytes + main.Length, buffer[^tail..], cancellationToken);
        }

        Interlocked.Add(ref (isZero ? ref _zeroBytes : ref _bytesWritten), buffer.Length);
        progress.Add(buffer.Length);
    }

    /// <summary>Makes an extent zero, unless it is.</summary>
    public void Zero(Extent extent, CancellationToken cancellationToken)
    {
        if (!targetIsZero)
        {
            _began = true;
            beforeWrite?.Invoke();
            Blocking.Wait(target.ZeroAsync(extent, cancellationToken));
        }

        Interlocked.Add(ref _zeroBytes, extent.LengthBytes);
        progress.Add(extent.LengthBytes);
    }

    /// <summary>Reads what the target holds; the extent is within the volume and begins aligned.</summary>
    /// <param name="extent">What to read.</param>
    /// <param name="buffer">Room for it, rounded up to whole blocks of the device.</param>
    /// <param name="cancellationToken">Cancels before the read.</param>
    public ReadOnlyMemory<byte> Read(Extent extent, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        var lengthBytes = (int)extent.LengthBytes;
        var block = target.AlignmentBytes;
        var rounded = (int)Math.Min(
            (lengthBytes + block - 1L) / block * block, target.LengthBytes - extent.OffsetBytes);
        Blocking.Wait(limiter?.AcquireAsync(rounded, cancellationToken) ?? ValueTask.CompletedTask);
        Blocking.Wait(target.ReadAsync(extent.OffsetBytes, buffer[..rounded], cancellationToken));
        Interlocked.Add(ref _bytesRead, lengthBytes);
        return buffer[..lengthBytes];
    }

    /// <summary>Bytes of the target are right as they are.</summary>
    public void AddSame(long bytes)
    {
        Interlocked.Add(ref _sameBytes, bytes);
        progress.Add(bytes);
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
        beforeWrite?.Invoke();
        Blocking.Wait(target.WriteAsync(offsetBytes, block, cancellationToken));
    }
}
