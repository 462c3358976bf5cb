using System.Collections.Concurrent;
using System.Runtime.ExceptionServices;
using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Devices.Engines.Uring;

/// <summary>
/// A device whose single transfers go through rings, one for each thread that transfers at the moment. All else is the
/// device's own.
/// </summary>
internal sealed class UringDevice(IFileDevice device, Func<IIoQueue> openQueue) : IBlockDevice
{
    private readonly ConcurrentBag<IIoQueue> _idle = [];

    /// <inheritdoc/>
    public long LengthBytes => device.LengthBytes;

    /// <inheritdoc/>
    public string Name => device.Name;

    /// <inheritdoc/>
    public bool DirectIo => device.DirectIo;

    /// <inheritdoc/>
    public string? DirectIoRefused => device.DirectIoRefused;

    /// <inheritdoc/>
    public int AlignmentBytes => device.AlignmentBytes;

    /// <inheritdoc/>
    public string? ZeroingRefused => device.ZeroingRefused;

    /// <inheritdoc/>
    public ValueTask ReadAsync(long offsetBytes, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Transfer(queue => queue.BeginRead(offsetBytes, buffer, tag: 0));
    }

    /// <inheritdoc/>
    public ValueTask WriteAsync(long offsetBytes, ReadOnlyMemory<byte> buffer, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        return Transfer(queue => queue.BeginWrite(offsetBytes, buffer, tag: 0));
    }

    /// <inheritdoc/>
    public ValueTask ZeroAsync(Extent extent, CancellationToken cancellationToken) =>
        device.ZeroAsync(extent, cancellationToken);

    /// <inheritdoc/>
    public ValueTask FlushAsync(CancellationToken cancellationToken) => device.FlushAsync(cancellationToken);

    /// <summary>The device is its owner's.</summary>
    public void Dispose() => CloseRings();

    /// <summary>Closes the rings; nobody transfers any more.</summary>
    public void CloseRings()
    {
        while (_idle.TryTake(out var queue))
        {
            queue.Dispose();
        }
    }

    private ValueTask Transfer(Action<IIoQueue> begin)
    {
        var queue = _idle.TryTake(out var idle) ? idle : openQueue();
        try
        {
            begin(queue);
            if (queue.Wait().Error is { } error)
            {
                ExceptionDispatchInfo.Throw(error);
            }
        }
        finally
        {
            Return(queue);
        }

        return ValueTask.CompletedTask;
    }

    /// <summary>A queue whose wait failed has something in flight, which its end waits for.</summary>
    private void Return(IIoQueue queue)
    {
        if (queue.InFlight == 0)
        {
            _idle.Add(queue);
        }
        else
        {
            queue.Dispose();
        }
    }
}
