using System.Collections.Concurrent;
using System.Threading.Channels;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// The packs of one type that a session writes, one after another. Many lanes append; a short lock orders them and
/// copies their records into buffers; one writer takes full buffers to the disk, so no lane waits for a disk while it
/// holds the lock. Sealing (directory, flush, rename) goes on beside the next pack. Buffers are counted: where all are
/// under way, lanes wait.
/// </summary>
internal sealed class PackStream : IAsyncDisposable
{
    /// <summary>Records in one pack at most: bounds its directory in memory.</summary>
    private const int MaximumRecords = 65_536;

    /// <summary>Packs being sealed at the same time at most.</summary>
    private const int MaximumSealing = 2;

    private readonly Lock _lock = new();
    private readonly PackStreamOptions _options;
    private readonly PackBufferPool _buffers;
    private readonly Channel<PackWork> _work = Channel.CreateUnbounded<PackWork>(new() { SingleReader = true });
    private readonly SemaphoreSlim _sealing = new(MaximumSealing);
    private readonly List<Task> _seals = [];
    private readonly CancellationTokenSource _stop = new();
    private readonly Task _writer;
    private readonly ConcurrentStack<List<PackEntry>> _entryLists = new();
    private List<Task<SealedPack>> _finished = [];
    private OpenPack? _pack;
    private PackDraft? _nextPack;
    private AlignedBuffer? _buffer;
    private int _bufferUsed;
    private Exception? _fault;

    public PackStream(PackStreamOptions options)
    {
        _options = options;
        _buffers = new PackBufferPool(options.BufferBytes, options.BufferCount);
        _writer = Task.Run(WriteAllAsync);
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
            if (TryAppend(header, encoder, out var place, out var key, out var returned))
            {
                return place;
            }

            if (key != encoder.SealedFor)
            {
                encoder.TrySeal(header, key!);
            }
            else
            {
                clock?.Mark(Stage.Append);
                await returned.WaitAsync(cancellationToken);
                clock?.MarkWait(Stage.WaitForPacks);
            }
        }
    }

    /// <summary>
    /// Appends records of a batch, the first ones first, for as long as that needs neither encryption nor waiting: the
    /// lock is taken once for all of them.
    /// </summary>
    /// <returns>How many.</returns>
    public int AppendAtOnce(ChunkBatch batch)
    {
        lock (_lock)
        {
            for (var i = 0; i < batch.Count; i++)
            {
                if (!TryAppend(batch.HeaderAt(i), batch.EncoderAt(i), out var place, out _, out _))
                {
                    return i;
                }

                batch.SetPlace(i, place);
            }

            return batch.Count;
        }
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
        lock (_lock)
        {
            ThrowIfFaulted();
            FinishPack();
            var finished = _finished;
            _finished = [];
            return finished;
        }
    }

    /// <summary>Gives up what is not sealed, and waits until nothing of it is under way.</summary>
    public async ValueTask DisposeAsync()
    {
        lock (_lock)
        {
            Fault(new ObjectDisposedException(nameof(PackStream)));
        }

        await _writer;
        await Task.WhenAll(_seals);
        _pack?.Dispose();
        _pack?.Key?.Dispose();
        _nextPack?.Key?.Dispose();
        _buffers.Dispose();
        _stop.Dispose();
        _sealing.Dispose();
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

    /// <param name="header">Its header.</param>
    /// <param name="encoder">The record.</param>
    /// <param name="place">Where it was put.</param>
    /// <param name="key">What it has to be encrypted under.</param>
    /// <param name="returned">What is to be waited for, where it is encrypted as it should be.</param>
    private bool TryAppend(
        in RecordHeader header, RecordEncoder encoder, out PackPlace place, out PackKey? key, out Task returned)
    {
        lock (_lock)
        {
            ThrowIfFaulted();
            returned = Task.CompletedTask;
            place = default;
            key = KeyFor(header.RecordLength);
            if (key != encoder.SealedFor)
            {
                return false;
            }

            if (TryAppend(header, encoder, out place))
            {
                return true;
            }

            // Where a buffer came back between the two looks, its signal was before ours.
            returned = _buffers.NextReturnAsync();
            return HasRoomFor(header.RecordLength) && TryAppend(header, encoder, out place);
        }
    }

    private bool TryAppend(in RecordHeader header, RecordEncoder encoder, out PackPlace place)
    {
        if (_pack is not null && IsFullFor(header.RecordLength))
        {
            FinishPack();
        }

        if (!HasRoomFor(header.RecordLength))
        {
            place = default;
            return false;
        }

        var pack = _pack ??= BeginPack();
        place = new PackPlace(pack.Number, pack.Place(header));
        Copy(pack, encoder.Head);
        Copy(pack, encoder.Body(header));
        return true;
    }

    private bool IsFullFor(int recordLength) =>
        _pack!.PlacedBytes + recordLength > _options.PackSizeBytes || _pack.RecordCount == MaximumRecords;

    private bool HasRoomFor(int recordLength)
    {
        var needed = recordLength + (_pack is null ? PackHeader.SizeBytes : 0);
        var atHand = _buffer is null ? 0 : _options.BufferBytes - _bufferUsed;
        return needed <= atHand + ((long)_buffers.Available * _options.BufferBytes);
    }

    private OpenPack BeginPack()
    {
        var draft = _nextPack ?? PackDraft.Make(_options);
        _nextPack = null;
        var entries = _entryLists.TryPop(out var list) ? list : [];
        var pack = new OpenPack(_options.NextPackNumber(), draft, entries);
        Span<byte> bytes = stackalloc byte[PackHeader.SizeBytes];
        draft.Header.Write(bytes);
        Copy(pack, bytes);
        return pack;
    }

    private void Copy(OpenPack pack, ReadOnlySpan<byte> bytes)
    {
        while (bytes.Length > 0)
        {
            _buffer ??= _buffers.Take();
            var part = bytes[..Math.Min(bytes.Length, _options.BufferBytes - _bufferUsed)];
            part.CopyTo(_buffer.GetSpan()[_bufferUsed..]);
            _bufferUsed += part.Length;
            bytes = bytes[part.Length..];
            if (_bufferUsed == _options.BufferBytes)
            {
                HandOver(pack, isLast: false);
            }
        }
    }

    private void FinishPack()
    {
        if (_pack is { } pack)
        {
            // The last buffer may be empty: the work is then the sealing alone.
            HandOver(pack, isLast: true);
            _finished.Add(pack.Sealed);
            pack.Key?.Dispose();
            _pack = null;
        }
    }

    private void HandOver(OpenPack pack, bool isLast)
    {
        _work.Writer.TryWrite(new PackWork(pack, _buffer, _bufferUsed, isLast));
        _buffer = null;
        _bufferUsed = 0;
    }

    private async Task WriteAllAsync()
    {
        await foreach (var work in _work.Reader.ReadAllAsync())
        {
            try
            {
                await WriteAsync(work);
            }
            catch (Exception exception)
            {
                GiveUp(work.Pack, exception);
            }
        }
    }

    private async ValueTask WriteAsync(PackWork work)
    {
        _stop.Token.ThrowIfCancellationRequested();
        if (work.Buffer is { } buffer)
        {
            await work.Pack.WriteAsync(buffer.Memory[..work.Length], Create, _stop.Token);
            _buffers.Return(buffer);
        }

        if (work.IsLast)
        {
            await _sealing.WaitAsync(_stop.Token);
            _seals.RemoveAll(seal => seal.IsCompletedSuccessfully);
            _seals.Add(Task.Run(() => SealAsync(work.Pack)));
        }
    }

    private DigestingWriter Create(ObjectName name) => new(_options.Create(name), _options.Stages);

    private async Task SealAsync(OpenPack pack)
    {
        try
        {
            await pack.SealAsync(_stop.Token);
            pack.Entries.Clear();
            _entryLists.Push(pack.Entries);
        }
        catch (Exception exception)
        {
            GiveUp(pack, exception);
        }
        finally
        {
            _sealing.Release();
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
            _work.Writer.TryComplete();
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
