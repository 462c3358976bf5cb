using BackupEngine.DataPlane.Devices.Linux;
using BackupEngine.DataPlane.Devices.Linux.Uring;

namespace BackupEngine.DataPlane.Devices.Engines.Uring;

/// <summary>
/// Transfers by a ring of their own. What was begun since the last call is handed to the kernel in one system call.
/// </summary>
/// <remarks>
/// The handles of the device are not registered with the ring: of a process that was killed, the kernel ends the rings
/// some time later than its open files, and the device would stay open, and claimed, meanwhile.
/// </remarks>
internal sealed unsafe class UringQueue : IIoQueue
{
    /// <summary>A kernel that has no room for one request so often in a row will not have any.</summary>
    private const int MostRetries = 10_000;

    private const ulong CancelUserData = ulong.MaxValue;

    private readonly IFileDevice _device;
    private readonly Ring _ring;
    private readonly RegisteredBuffers? _buffers;
    private readonly UringTransfer[] _transfers;
    private readonly Stack<int> _free;

    /// <summary>Takes over a ring with room for one request more than the capacity.</summary>
    /// <param name="ring">The ring; disposed with the queue.</param>
    /// <param name="device">The device; stays open as long as the queue.</param>
    /// <param name="capacity">Most transfers at once.</param>
    /// <param name="registerBuffers">Whether the kernel is told of the buffers' regions once and for all.</param>
    /// <param name="refused">Told what the kernel refused and is done without.</param>
    public UringQueue(Ring ring, IFileDevice device, int capacity, bool registerBuffers, Action<string> refused)
    {
        (_ring, _device, Capacity) = (ring, device, capacity);
        _buffers = registerBuffers ? new RegisteredBuffers(ring, refused) : null;
        _transfers = new UringTransfer[capacity];
        _free = new Stack<int>(Enumerable.Range(0, capacity));
    }

    /// <inheritdoc/>
    public int Capacity { get; }

    /// <inheritdoc/>
    public int InFlight => Capacity - _free.Count;

    /// <inheritdoc/>
    public void BeginRead(long offsetBytes, Memory<byte> buffer, int tag) => Begin(offsetBytes, buffer, tag, false);

    /// <inheritdoc/>
    public void BeginWrite(long offsetBytes, ReadOnlyMemory<byte> buffer, int tag) =>
        Begin(offsetBytes, buffer, tag, true);

    /// <inheritdoc/>
    public void Submit()
    {
        if (_ring.Pending > 0)
        {
            Enter(waitFor: 0);
        }
    }

    /// <inheritdoc/>
    public IoCompletion Wait()
    {
        if (InFlight == 0)
        {
            throw new InvalidOperationException("No transfer is in flight.");
        }

        Submit();
        while (true)
        {
            if (!_ring.TryTake(out var end))
            {
                Enter(waitFor: 1);
            }
            else if (Settle(end) is { } completion)
            {
                return completion;
            }
        }
    }

    /// <summary>Asks the kernel to give up what is in flight, and waits until all of it has ended.</summary>
    public void Dispose()
    {
        if (InFlight > 0)
        {
            _ring.Add(new SubmissionEntry
            {
                Operation = UringOperation.AsyncCancel,
                OperationFlags = SubmissionEntry.CancelEverything,
                UserData = CancelUserData,
            });
            EnterOrEnd(waitFor: 0);
        }

        while (InFlight > 0)
        {
            if (!_ring.TryTake(out var end))
            {
                EnterOrEnd(waitFor: 1);
            }
            else if (end.UserData != CancelUserData)
            {
                Release((int)end.UserData);
            }
        }

        _buffers?.Unregister();
        _ring.Dispose();
    }

    private void Begin(long offsetBytes, ReadOnlyMemory<byte> buffer, int tag, bool isWrite)
    {
        DeviceRange.Check(_device, offsetBytes, buffer.Length);
        if (InFlight == Capacity)
        {
            throw new InvalidOperationException($"{Capacity} transfers are in flight already.");
        }

        var pin = buffer.Pin();
        if ((nuint)pin.Pointer % (nuint)_device.AlignmentBytes != 0)
        {
            pin.Dispose();
            throw new ArgumentException(
                $"{_device.Name}: a buffer for direct I/O must start on a multiple of {_device.AlignmentBytes} bytes.");
        }

        var place = _free.Pop();
        _transfers[place] = new UringTransfer
        {
            Tag = tag,
            OffsetBytes = offsetBytes,
            LengthBytes = buffer.Length,
            MainBytes = buffer.Length - (buffer.Length % _device.AlignmentBytes),
            IsWrite = isWrite,
            Pin = pin,
            BufferIndex = _buffers?.IndexOf(buffer) ?? -1,
        };
        AddNext(place);
    }

    private void AddNext(int place)
    {
        ref readonly var transfer = ref _transfers[place];
        var handle = transfer.IsInTail ? _device.Buffered : _device.Main;
        _ring.Add(transfer.Next((int)handle.DangerousGetHandle(), (ulong)place));
    }

    /// <summary>
    /// What a request brought: the end of its transfer, or null where the transfer goes on with another request.
    /// </summary>
    private IoCompletion? Settle(CompletionEntry end)
    {
        var place = checked((int)end.UserData);
        ref var transfer = ref _transfers[place];
        var errno = Math.Max(0, -end.Result);
        if (errno is ErrorNumbers.Again or ErrorNumbers.Interrupted && transfer.Retries++ < MostRetries)
        {
            AddNext(place);
            Submit();
            return null;
        }

        transfer.DoneBytes += Math.Max(end.Result, 0);
        if (end.Result > 0 && transfer.DoneBytes < transfer.LengthBytes)
        {
            transfer.Retries = 0;
            AddNext(place);
            Submit();
            return null;
        }

        var whole = errno == 0 && transfer.DoneBytes == transfer.LengthBytes;
        var completion = new IoCompletion(transfer.Tag, whole ? null : transfer.Failure(_device.Name, errno));
        Release(place);
        return completion;
    }

    private void Release(int place)
    {
        _transfers[place].Pin.Dispose();
        _transfers[place] = default;
        _free.Push(place);
    }

    /// <summary>
    /// Until the kernel has taken over all that was added. It has no room at times: that is waited for, and what has
    /// ended meanwhile stays in the completion ring, which holds all that can be in flight.
    /// </summary>
    private void Enter(uint waitFor)
    {
        for (var retries = 0; ;)
        {
            var errno = _ring.Enter(waitFor);
            if (errno == 0 && _ring.Pending == 0)
            {
                return;
            }

            var noRoom = errno is ErrorNumbers.Again or ErrorNumbers.Busy;
            if (errno is not (0 or ErrorNumbers.Interrupted) && (!noRoom || ++retries == MostRetries))
            {
                throw DeviceException.Io(_device.Name, "handing transfers to io_uring", offsetBytes: null, errno);
            }

            Thread.Yield();
        }
    }

    /// <summary>
    /// Where this fails the kernel may still be writing into buffers that are about to be given back: nothing that the
    /// process does afterwards could be trusted.
    /// </summary>
    private void EnterOrEnd(uint waitFor)
    {
        try
        {
            Enter(waitFor);
        }
        catch (DeviceException e)
        {
            Environment.FailFast($"Transfers are in flight that cannot be waited for. {e.Message}", e);
        }
    }
}
