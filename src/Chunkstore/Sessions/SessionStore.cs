using System.Runtime.ExceptionServices;
using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Stages;
using Microsoft.Extensions.ObjectPool;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>
/// What a session stores: chunks and nodes, each once, into packs, with an index segment for them at every checkpoint.
/// Safe to use from many threads.
/// </summary>
/// <remarks>
/// Memory is bounded: the pack buffers, a record for each lane, and 64 bytes for each of at most <see
/// cref="BackupWriterOptions.CheckpointChunks"/> new chunks, twice. A store that failed or was cancelled faults the
/// session: another lane may already count on that chunk.
/// </remarks>
internal sealed class SessionStore : IAsyncDisposable
{
    /// <summary>The longest node, in bytes.</summary>
    public const int MaximumNodeBytes = 64 * 1024;

    private readonly SessionContext _context;
    private readonly BackupWriterOptions _options;
    private readonly ObjectPool<RecordEncoder> _encoders;
    private readonly CheckpointLog? _log;
    private readonly PackStream _data;
    private readonly PackStream _metadata;
    private readonly SessionIndexer _indexer;
    private readonly SessionGate _gate = new();
    private readonly SemaphoreSlim _checkpoint = new(1);
    private Task _indexing = Task.CompletedTask;
    private volatile NewChunkSet _active = new();
    private volatile NewChunkSet? _closing;
    private NewChunkSet? _spare;
    private long _bytesSinceCheckpoint;
    private Exception? _fault;
    private bool _disposed;

    public SessionStore(SessionContext context, BackupWriterOptions options, CheckpointLog? log = null)
    {
        _log = log;
        _context = context;
        _options = options;
        _encoders = new DefaultObjectPool<RecordEncoder>(
            new RecordEncoderPolicy(
                Math.Max(context.ChunkSizeBytes, MaximumNodeBytes), encrypts: context.DataKeys is not null));
        _indexer = new SessionIndexer(context, Counters);
        var packNumber = 0u;
        uint NextPackNumber() => Interlocked.Increment(ref packNumber);
        _data = new PackStream(PackStreams.Data(context, options, NextPackNumber));
        _metadata = new PackStream(PackStreams.Metadata(context, NextPackNumber));
    }

    /// <summary>What was stored so far.</summary>
    public SessionCounters Counters { get; } = new();

    private bool IsCheckpointDue =>
        _active.Count >= _options.CheckpointChunks
        || Volatile.Read(ref _bytesSinceCheckpoint) >= _options.CheckpointBytes
        || _log?.IsDue == true;

    /// <summary>Whether this session stored the chunk since the last checkpoint that is in the index.</summary>
    public bool IsStoredHere(ChunkId id) => _active.Contains(id.Prefix) || _closing?.Contains(id.Prefix) == true;

    /// <summary>Stores a chunk or a node unless it is known.</summary>
    /// <returns>Bytes of its record; 0 where it was known.</returns>
    public async ValueTask<int> StoreAsync(
        PackType type, ChunkId id, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        ThrowIfFaulted();
        await _gate.EnterAsync(cancellationToken);
        int stored;
        try
        {
            stored = IsKnown(id) || !_active.TryClaim(id.Prefix)
                ? 0
                : await StoreNewAsync(type, id, plain, cancellationToken);
        }
        finally
        {
            _gate.Leave();
        }

        await CheckpointIfDueAsync(cancellationToken);
        return stored;
    }

    /// <summary>Stores the chunks of a batch that are not known; only those are in it afterwards.</summary>
    public async ValueTask StoreManyAsync(ChunkBatch batch, StageClock clock, CancellationToken cancellationToken)
    {
        ThrowIfFaulted();
        var entered = _gate.EnterAsync(cancellationToken);
        if (!entered.IsCompletedSuccessfully)
        {
            await entered;
            clock.MarkWait(Stage.WaitForPacks);
        }

        try
        {
            ClaimNew(batch, clock);
            if (batch.Count > 0)
            {
                await StoreNewAsync(batch, clock, cancellationToken);
            }
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _fault, exception, null);
            throw;
        }
        finally
        {
            _gate.Leave();
        }

        await CheckpointIfDueAsync(cancellationToken);
    }

    /// <summary>Begins to make everything durable that was stored so far, if it is time for it.</summary>
    public ValueTask CheckpointIfDueAsync(CancellationToken cancellationToken) =>
        IsCheckpointDue ? new ValueTask(BeginCheckpointIfDueAsync(cancellationToken)) : ValueTask.CompletedTask;

    /// <summary>Whether a chunk is known, as <see cref="StoreAsync"/> would find it.</summary>
    public async ValueTask<bool> TryReuseAsync(ChunkId id, CancellationToken cancellationToken)
    {
        ThrowIfFaulted();
        await _gate.EnterAsync(cancellationToken);
        try
        {
            return IsKnown(id);
        }
        finally
        {
            _gate.Leave();
        }
    }

    /// <summary>Makes everything stored so far durable, and visible in the index.</summary>
    public async Task CheckpointAsync(CancellationToken cancellationToken)
    {
        await _checkpoint.WaitAsync(cancellationToken);
        try
        {
            await BeginCheckpointAsync();
            await _indexing;
        }
        finally
        {
            _checkpoint.Release();
        }
    }

    /// <summary>Does something while no lane is inside: no hit is between being found and being noted.</summary>
    public async Task AtRestAsync(Action action)
    {
        await _checkpoint.WaitAsync(CancellationToken.None);
        try
        {
            await _gate.CloseAsync();
            try
            {
                action();
            }
            finally
            {
                _gate.Open();
            }
        }
        finally
        {
            _checkpoint.Release();
        }
    }

    /// <summary>Gives up what no index segment has named; to be called once, after the last lane has left.</summary>
    public async ValueTask DisposeAsync()
    {
        if (_disposed)
        {
            return;
        }

        _disposed = true;

        // A checkpoint that is under way is what an interrupted backup goes on from.
        await _indexing.ContinueWith(
            static _ => { }, CancellationToken.None, TaskContinuationOptions.None, TaskScheduler.Default);
        await _data.DisposeAsync();
        await _metadata.DisposeAsync();
        _indexer.TakeBack([.. _data.Finished, .. _metadata.Finished]);
        _checkpoint.Dispose();
    }

    /// <summary>
    /// Whether the chunk is stored or being stored by this session, or in the index where the session may rely on it.
    /// </summary>
    private bool IsKnown(ChunkId id) =>
        IsStoredHere(id) || _context.Relied.TryRely(_context.Catalog.View, id.Prefix);

    private async ValueTask<int> StoreNewAsync(
        PackType type, ChunkId id, ReadOnlyMemory<byte> plain, CancellationToken cancellationToken)
    {
        var encoder = _encoders.Get();
        try
        {
            var header = encoder.Encode(id, plain, _options.Compression);
            var stream = type == PackType.Data ? _data : _metadata;
            var place = await stream.AppendAsync(header, encoder, clock: null, cancellationToken);
            Complete(type, header, place);
            return header.RecordLength;
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _fault, exception, null);
            throw;
        }
        finally
        {
            _encoders.Return(encoder);
        }
    }

    /// <summary>Looks all chunks of a batch up, and takes on those that nobody has.</summary>
    private void ClaimNew(ChunkBatch batch, StageClock clock)
    {
        var (count, bytes) = (batch.Count, batch.PlainBytes);
        batch.Clear();
        for (var place = 0; place < count; place++)
        {
            var id = batch.IdAt(place);
            if (!IsKnown(id) && _active.TryClaim(id.Prefix))
            {
                batch.Keep(place);
            }
        }

        clock.Mark(Stage.Lookup, bytes);
    }

    private async ValueTask StoreNewAsync(ChunkBatch batch, StageClock clock, CancellationToken cancellationToken)
    {
        for (var place = 0; place < batch.Count; place++)
        {
            batch.Encode(place, _options.Compression);
        }

        clock.Mark(Stage.Compress, batch.PlainBytes);
        if (_context.DataKeys is not null)
        {
            SealAhead(batch, clock);
        }

        for (var place = _data.AppendAtOnce(batch); place < batch.Count; place++)
        {
            var at = await _data.AppendAsync(
                batch.HeaderAt(place), batch.EncoderAt(place), clock, cancellationToken);
            batch.SetPlace(place, at);
        }

        var stored = 0L;
        for (var place = 0; place < batch.Count; place++)
        {
            Complete(PackType.Data, batch.HeaderAt(place), batch.PlaceAt(place));
            stored += batch.HeaderAt(place).RecordLength;
        }

        clock.Mark(Stage.Append, stored);
    }

    private void SealAhead(ChunkBatch batch, StageClock clock)
    {
        var bytes = 0L;
        for (var place = 0; place < batch.Count; place++)
        {
            _data.SealAhead(batch.HeaderAt(place), batch.EncoderAt(place));
            bytes += batch.HeaderAt(place).StoredLength;
        }

        clock.Mark(Stage.Encrypt, bytes);
    }

    private void Complete(PackType type, in RecordHeader header, PackPlace place)
    {
        var plainAndFlags = PlainLengthAndFlags.Pack(header.PlainLength, header.Encoding);
        _active.Complete(
            new IndexEntry(header.Id.Prefix, place.PackNumber, place.Offset, (uint)header.StoredLength, plainAndFlags));
        Count(type, header);
    }

    private void Count(PackType type, in RecordHeader header)
    {
        Interlocked.Add(ref _bytesSinceCheckpoint, header.RecordLength);
        if (type == PackType.Data)
        {
            Counters.AddChunk(header.PlainLength, header.RecordLength);
        }
    }

    private async Task BeginCheckpointIfDueAsync(CancellationToken cancellationToken)
    {
        await _checkpoint.WaitAsync(cancellationToken);
        try
        {
            if (IsCheckpointDue)
            {
                await BeginCheckpointAsync();
            }
        }
        finally
        {
            _checkpoint.Release();
        }
    }

    /// <summary>
    /// Takes what was stored so far aside, with no lane inside, and has it written while the lanes go on. One at a
    /// time, so at most two sets exist.
    /// </summary>
    private async Task BeginCheckpointAsync()
    {
        await _indexing;
        await _gate.CloseAsync();
        SessionBatch batch;
        try
        {
            ThrowIfFaulted();
            batch = new SessionBatch(_active, [.. _data.EndPack(), .. _metadata.EndPack()], _log?.Take() ?? []);
            _closing = _active;
            _active = _spare ?? new NewChunkSet();
            _spare = null;
            Volatile.Write(ref _bytesSinceCheckpoint, 0);
        }
        finally
        {
            _gate.Open();
        }

        _indexing = Task.Run(() => IndexAsync(batch));
    }

    /// <summary>The set is let go only after the view has the segment that replaces it.</summary>
    private async Task IndexAsync(SessionBatch batch)
    {
        try
        {
            await _indexer.WriteAsync(batch, CancellationToken.None);
            _log?.Publish(batch.Leaves);
            _closing = null;
            batch.Chunks.Clear();
            _spare = batch.Chunks;
        }
        catch (Exception exception)
        {
            Interlocked.CompareExchange(ref _fault, exception, null);
            throw;
        }
    }

    private void ThrowIfFaulted()
    {
        ObjectDisposedException.ThrowIf(_disposed, this);
        if (_fault is OperationCanceledException)
        {
            throw new RepositoryException(
                "An earlier store of this backup was cancelled; nothing of it can be published. Run it again.");
        }

        if (_fault is { } fault)
        {
            ExceptionDispatchInfo.Throw(fault);
        }
    }
}
