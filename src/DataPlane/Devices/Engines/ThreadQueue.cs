using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Devices.Engines;

/// <summary>
/// Transfers by threads that block. The owner's own thread takes part: with one transfer at a time there is no other,
/// and nobody is woken. Helpers are started when there is something for them to do.
/// </summary>
internal sealed class ThreadQueue : IIoQueue
{
    private const int StackBytes = 256 * 1024;

    private readonly Lock _gate = new();
    private readonly IBlockDevice _device;
    private readonly CancellationToken _cancellationToken;
    private readonly Queue<ThreadTransfer> _waiting;
    private readonly Queue<IoCompletion> _ended;
    private readonly List<Thread> _helpers = [];
    private readonly SemaphoreSlim _handedOver = new(0);
    private readonly AutoResetEvent _somethingEnded = new(initialState: false);
    private int _idleHelpers;
    private bool _stopping;

    /// <summary>Opens a queue; no thread is started yet.</summary>
    public ThreadQueue(IBlockDevice device, int capacity, CancellationToken cancellationToken)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(capacity, 1);
        (_device, Capacity, _cancellationToken) = (device, capacity, cancellationToken);
        _waiting = new Queue<ThreadTransfer>(capacity);
        _ended = new Queue<IoCompletion>(capacity);
    }

    /// <inheritdoc/>
    public int Capacity { get; }

    /// <inheritdoc/>
    public int InFlight { get; private set; }

    /// <inheritdoc/>
    public void BeginRead(long offsetBytes, Memory<byte> buffer, int tag) =>
        Begin(new ThreadTransfer(tag, offsetBytes, buffer, default, IsWrite: false), buffer.Length);

    /// <inheritdoc/>
    public void BeginWrite(long offsetBytes, ReadOnlyMemory<byte> buffer, int tag) =>
        Begin(new ThreadTransfer(tag, offsetBytes, default, buffer, IsWrite: true), buffer.Length);

    /// <summary>
    /// Nothing: one transfer waits for the owner's own thread, and would cost the waking of another. Helpers have the
    /// rest.
    /// </summary>
    public void Submit()
    {
    }

    /// <inheritdoc/>
    public IoCompletion Wait()
    {
        if (InFlight == 0)
        {
            throw new InvalidOperationException("No transfer is in flight.");
        }

        while (true)
        {
            if (TryTake(out var transfer, out var ended))
            {
                InFlight--;
                return transfer is { } own ? Carry(own) : ended;
            }

            _somethingEnded.WaitOne();
        }
    }

    /// <summary>Drops what nobody has begun to transfer, and waits for the rest.</summary>
    public void Dispose()
    {
        lock (_gate)
        {
            _stopping = true;
            _waiting.Clear();
        }

        _handedOver.Release(_helpers.Count + 1);
        _helpers.ForEach(helper => helper.Join());
        InFlight = 0;
        _handedOver.Dispose();
        _somethingEnded.Dispose();
    }

    private void Begin(ThreadTransfer transfer, int lengthBytes)
    {
        DeviceRange.Check(_device, transfer.OffsetBytes, lengthBytes);
        if (InFlight == Capacity)
        {
            throw new InvalidOperationException($"{Capacity} transfers are in flight already.");
        }

        InFlight++;
        int forHelpers;
        lock (_gate)
        {
            _waiting.Enqueue(transfer);
            // One is left to the owner.
            forHelpers = _waiting.Count - 1;
        }

        if (forHelpers > 0)
        {
            StartHelperIfTooFewAreIdle(forHelpers);
            _handedOver.Release();
        }
    }

    private void StartHelperIfTooFewAreIdle(int transfers)
    {
        if (Volatile.Read(ref _idleHelpers) >= transfers || _helpers.Count >= Capacity - 1)
        {
            return;
        }

        var helper = new Thread(Help, StackBytes) { IsBackground = true, Name = "transfers" };
        _helpers.Add(helper);
        helper.Start();
    }

    private bool TryTake(out ThreadTransfer? transfer, out IoCompletion ended)
    {
        lock (_gate)
        {
            transfer = null;
            if (_ended.TryDequeue(out ended))
            {
                return true;
            }

            transfer = _waiting.TryDequeue(out var next) ? next : null;
            return transfer is not null;
        }
    }

    private void Help()
    {
        while (true)
        {
            Interlocked.Increment(ref _idleHelpers);
            _handedOver.Wait(CancellationToken.None);
            Interlocked.Decrement(ref _idleHelpers);
            ThreadTransfer transfer;
            lock (_gate)
            {
                if (_stopping)
                {
                    return;
                }

                if (!_waiting.TryDequeue(out transfer))
                {
                    continue;
                }
            }

            End(Carry(transfer));
        }
    }

    private void End(IoCompletion completion)
    {
        lock (_gate)
        {
            _ended.Enqueue(completion);
        }

        _somethingEnded.Set();
    }

    private IoCompletion Carry(ThreadTransfer transfer)
    {
        try
        {
            Blocking.Wait(transfer.IsWrite
                ? _device.WriteAsync(transfer.OffsetBytes, transfer.Source, _cancellationToken)
                : _device.ReadAsync(transfer.OffsetBytes, transfer.Target, _cancellationToken));
            return new IoCompletion(transfer.Tag, Error: null);
        }
        catch (Exception error)
        {
            return new IoCompletion(transfer.Tag, error);
        }
    }
}
