using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// The packs of one type that a session writes, one after another. Many lanes append; a short lock orders them and
/// gives each its room in the buffers, which it fills outside of the lock; one writer takes buffers that are full to
/// the disk, in order. So no lane waits for a disk, or for another lane's copying, while it holds the lock. Sealing
/// (directory, flush, rename) goes on beside the next pack. Buffers are counted: where all are under way, lanes wait.
/// </summary>
internal sealed class PackStream : IAsyncDisposable
{
    /// <summary>Records in one pack at most: bounds its directory in memory.</summary>
    private const int MaximumRecords = 65_536;

    private readonly Lock _lock = new();
    private readonly PackStreamOptions _options;
    private readonly PackBufferPool _buffers;
    private readonly OpenBuffers _open;
    private readonly PackSealer _sealer;
    private readonly CancellationTokenSource _stop = new();
    private readonly PackWriter _writer;
    private readonly Task _writing;
    private List<Task<SealedPack>> _finished = [];
    private OpenPack? _pack;
    private PackDraft? _nextPack;
    private Exception? _fault;

    public PackStream(PackStreamOptions options)
    {
        _options = options;
        _buffers = new PackBufferPool(options.BufferBytes, options.BufferCount);
        _open = new OpenBuffers(_buffers);
        _sealer = new PackSealer(GiveUp);
        _writer = new PackWriter(options, _buffers, _sealer);
        _writing = Task.Run(() => _writer.RunAsync(TakeWork, GiveUp, _stop.Token));
    }

    /// <summary>Packs that were ended and not asked for yet.</summary>
    public IReadOnlyList<Task<SealedPack>> Finished => _finished;

    /// <summary>Appends a record.</summary>
    /// <remarks>
    /// A record is encrypted for the pack that it would go to now, outside of the lock; where another lane has ended
    /// that pack meanwhile, it is encrypted again for the next one.
    /// </remarks>
    /// <param name="header">Its header, for the directory.</param>
    /// <param name="encoder">What it was built in; the caller's again when the task has completed.</param>
    /// <param name="clock">Told of waits for a buffer; null for nobody.</param>
    /// <param name="cancellationToken">Cancels the wait for a buffer.</param>
    public async ValueTask<PackPlace> AppendAsync(
        RecordHeader header, RecordEncoder encoder, StageClock? clock, CancellationToken cancellationToken)
    {
        while (true)
        {
            if (TryReserve(header, encoder, out var space, out var key, out var returned))
            {
                FillAlone(space, header, encoder);
                return space.Place;
            }

            if (key != encoder.SealedFor)
            {
                encoder.TrySeal(header, key!);
            }
            else
            {
                WakeWriter();
                clock?.Mark(Stage.Append);
                await returned.WaitAsync(cancellationToken);
                clock?.MarkWait(Stage.WaitForPacks);
            }
        }
    }

    /// <summary>
    /// Appends records of a batch, the first ones first, for as long as that needs neither encryption nor waiting: the
    /// lock is taken twice for all of them.
    /// </summary>
    /// <returns>How many.</returns>
    public int AppendAtOnce(ChunkBatch batch)
    {
        var count = ReserveAtOnce(batch);
        try
        {
            for (var i = 0; i < count; i++)
            {
                Fill(batch.Spaces[i], batch.HeaderAt(i), batch.EncoderAt(i));
            }
        }
        finally
        {
            EndFilling(batch.Spaces[..count]);
        }

        return count;
    }

    /// <summary>Encrypts a record for the pack that it would go to now, so that appending it need not.</summary>
    public void SealAhead(in RecordHeader header, RecordEncoder encoder)
    {
        PackKey? key;
        lock (_lock)
        {
            ThrowIfFaulted();
            key = KeyFor(header.RecordLength);
        }

        if (key is not null)
        {
            encoder.TrySeal(header, key);
        }
    }

    /// <summary>Ends the present pack; the next record begins another. Does not wait for the disk.</summary>
    /// <returns>The packs that were ended since the last call.</returns>
    public IReadOnlyList<Task<SealedPack>> EndPack()
    {
        List<Task<SealedPack>> finished;
        lock (_lock)
        {
            ThrowIfFaulted();
            FinishPack();
            finished = _finished;
            _finished = [];
        }

        WakeWriter();
        return finished;
    }

    /// <summary>Gives up what is not sealed, and waits until nothing of it is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        Task filled;
        lock (_lock)
        {
            Fault(new ObjectDisposedException(nameof(PackStream)));
            filled = _open.AllFilledAsync();
        }

        await filled;
        await _writing;
        await _sealer.AllAsync();
        _pack?.Dispose();
        _pack?.Key?.Dispose();
        _nextPack?.Key?.Dispose();
        _buffers.Dispose();
        _stop.Dispose();
        _sealer.Dispose();
    }

    /// <summary>What a record would be encrypted under if it were placed now; null where nothing is.</summary>
    private PackKey? KeyFor(int recordLength)
    {
        if (_options.DataKeys is null)
        {
            return null;
        }

        return _pack is not null && !IsFullFor(recordLength)
            ? _pack.Key
            : (_nextPack ??= PackDraft.Make(_options)).Key;
    }

    private int ReserveAtOnce(ChunkBatch batch)
    {
        lock (_lock)
        {
            var count = 0;
            try
            {
                for (; count < batch.Count; count++)
                {
                    if (!TryReserve(
                            batch.HeaderAt(count), batch.EncoderAt(count), out batch.Spaces[count], out _, out _))
                    {
                        break;
                    }

                    batch.SetPlace(count, batch.Spaces[count].Place);
                }
            }
            catch (Exception)
            {
                // The stream is given up, so nothing of what is not filled is written.
                EndFilling(batch.Spaces[..count]);
                throw;
            }

            return count;
        }
    }

    /// <param name="header">Its header.</param>
    /// <param name="encoder">The record.</param>
    /// <param name="space">Where it is to be put.</param>
    /// <param name="key">What it has to be encrypted under.</param>
    /// <param name="returned">What is to be waited for, where it is encrypted as it should be.</param>
    private bool TryReserve(
        in RecordHeader header, RecordEncoder encoder, out PackSpace space, out PackKey? key, out Task returned)
    {
        lock (_lock)
        {
            ThrowIfFaulted();
            try
            {
                returned = Task.CompletedTask;
                space = default;
                key = KeyFor(header.RecordLength);
                if (key != encoder.SealedFor)
                {
                    return false;
                }

                if (TryReserve(header, out space))
                {
                    return true;
                }

                // Where a buffer came back between the two looks, its signal was before ours.
                returned = _buffers.NextReturnAsync();
                return HasRoomFor(header.RecordLength) && TryReserve(header, out space);
            }
            catch (Exception exception)
            {
                Fault(exception);
                throw;
            }
        }
    }

    private bool TryReserve(in RecordHeader header, out PackSpace space)
    {
        if (_pack is not null && IsFullFor(header.RecordLength))
        {
            FinishPack();
        }

        if (!HasRoomFor(header.RecordLength))
        {
            space = default;
            return false;
        }

        var pack = _pack ??= BeginPack();
        space = _open.Reserve(pack, new PackPlace(pack.Number, pack.Place(header)), header.RecordLength);
        return true;
    }

    private bool IsFullFor(int recordLength) =>
        _pack!.PlacedBytes + recordLength > _options.PackSizeBytes || _pack.RecordCount == MaximumRecords;

    private bool HasRoomFor(int recordLength) =>
        _open.HasRoomFor(recordLength + (_pack is null ? PackHeader.SizeBytes : 0));

    private OpenPack BeginPack()
    {
        var draft = _nextPack ?? PackDraft.Make(_options);
        _nextPack = null;
        var pack = new OpenPack(_options.NextPackNumber(), draft, _sealer.TakeEntries());
        Span<byte> bytes = stackalloc byte[PackHeader.SizeBytes];
        draft.Header.Write(bytes);
        var space = _open.Reserve(pack, default, bytes.Length);
        space.Fill(bytes, []);
        _open.NoteFilled(space);
        return pack;
    }

    private void FillAlone(in PackSpace space, in RecordHeader header, RecordEncoder encoder)
    {
        try
        {
            Fill(space, header, encoder);
        }
        finally
        {
            EndFilling(new ReadOnlySpan<PackSpace>(in space));
        }
    }

    private void Fill(in PackSpace space, in RecordHeader header, RecordEncoder encoder)
    {
        try
        {
            space.Fill(encoder.Head, encoder.Body(header));
        }
        catch (Exception exception)
        {
            GiveUp(exception);
            throw;
        }
    }

    private void EndFilling(ReadOnlySpan<PackSpace> spaces)
    {
        bool isNews;
        lock (_lock)
        {
            foreach (ref readonly var space in spaces)
            {
                _open.NoteFilled(space);
            }

            isNews = _open.TrySignal();
        }

        if (isNews)
        {
            _writer.Wake();
        }
    }

    private void FinishPack()
    {
        if (_pack is { } pack)
        {
            // The last buffer may be empty: the work is then the sealing alone.
            _open.HandOver(pack, isLast: true);
            _finished.Add(pack.Sealed);
            pack.Key?.Dispose();
            _pack = null;
        }
    }

    /// <summary>
    /// Outside of the lock: who is woken is often given the processor of who wakes it, and all lanes would wait then.
    /// </summary>
    private void WakeWriter()
    {
        lock (_lock)
        {
            if (!_open.TrySignal())
            {
                return;
            }
        }

        _writer.Wake();
    }

    private PackWork? TakeWork()
    {
        lock (_lock)
        {
            return _open.Take(isGivenUp: _fault is not null);
        }
    }

    private void GiveUp(Exception exception)
    {
        lock (_lock)
        {
            Fault(exception);
        }
    }

    private void GiveUp(OpenPack pack, Exception exception)
    {
        lock (_lock)
        {
            Fault(exception);
            pack.Fail(_fault!);
        }

        pack.Dispose();
    }

    /// <summary>The first failure is the one that everybody is told.</summary>
    private void Fault(Exception exception)
    {
        if (_fault is null)
        {
            _fault = exception;
            _stop.Cancel();
            _writer.Complete();
            _buffers.Wake();
        }
    }

    private void ThrowIfFaulted()
    {
        if (_fault is not null)
        {
            System.Runtime.ExceptionServices.ExceptionDispatchInfo.Throw(_fault);
        }
    }
}
