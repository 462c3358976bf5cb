using System.Buffers;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Reading;
using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>
/// Reads chunks back; every chunk is checked against its id before it is handed over. Safe to use from many threads.
/// </summary>
public sealed class ChunkReader
{
    /// <summary>How often it is looked for a chunk, while the index changes, before it counts as missing.</summary>
    private const int MaximumLooks = 4;

    private readonly IRepositoryBackend _backend;
    private readonly IndexCatalog _catalog;
    private readonly RepositoryKeys _keys;
    private readonly ReadBufferPool _buffers;

    internal ChunkReader(
        IRepositoryBackend backend, IndexCatalog catalog, RepositoryKeys keys, ReadBufferPool buffers)
    {
        _buffers = buffers;
        _backend = backend;
        _catalog = catalog;
        _keys = keys;
    }

    /// <summary>Whether the repository holds a chunk.</summary>
    public bool Contains(ChunkId id)
    {
        _catalog.Use();
        try
        {
            return _catalog.View.Contains(id.Prefix);
        }
        finally
        {
            _catalog.Release();
        }
    }

    /// <summary>Reads one chunk; <paramref name="plain"/> has its exact plain length.</summary>
    /// <exception cref="CorruptDataException">Missing, damaged, or of another length.</exception>
    public async ValueTask ReadAsync(ChunkId id, Memory<byte> plain, CancellationToken cancellationToken)
    {
        _catalog.Use();
        try
        {
            await ReadAnywhereAsync(id, Locate(id), plain, _keys.Chunks, cancellationToken);
        }
        finally
        {
            _catalog.Release();
        }
    }

    /// <summary>Reads many chunks, in the order in which they lie in their packs, neighbours with one read.</summary>
    /// <exception cref="CorruptDataException">Any of them is missing, damaged, or of another length.</exception>
    public async ValueTask ReadManyAsync(IReadOnlyList<ChunkReadRequest> requests, CancellationToken cancellationToken)
    {
        _catalog.Use();
        var plan = ArrayPool<PlannedRead>.Shared.Rent(requests.Count);
        try
        {
            for (var i = 0; i < requests.Count; i++)
            {
                plan[i] = new PlannedRead(i, Locate(requests[i].Id));
            }

            ReadPlan.Order(plan.AsSpan(0, requests.Count));
            for (var done = 0; done < requests.Count;)
            {
                var run = ReadPlan.CountInFirstRun(plan.AsSpan(done, requests.Count - done));
                await ReadRunAsync(requests, plan.AsMemory(done, run), cancellationToken);
                done += run;
            }
        }
        finally
        {
            ArrayPool<PlannedRead>.Shared.Return(plan);
            _catalog.Release();
        }
    }

    /// <summary>Reads the pieces of plans, in one thread.</summary>
    /// <param name="maximumChunks">Different chunks that a piece has at most.</param>
    /// <param name="clock">Marked after reading, decompressing and checking; null for nobody.</param>
    public PlannedReader OpenPlanned(int maximumChunks, StageClock? clock = null) =>
        new(this, _backend, _keys, maximumChunks, clock);

    /// <summary>Finds every chunk of a plan in the index, and orders the plan as they lie in packs.</summary>
    /// <param name="plan">The plan.</param>
    /// <param name="missing">Told of each chunk, by its place, that is in no index segment; it is left out of the plan.
    /// Null: the first one fails the call.</param>
    /// <exception cref="CorruptDataException">A chunk is in no index segment.</exception>
    public void LocateAll(ChunkReadPlan plan, Action<int, CorruptDataException>? missing)
    {
        _catalog.Use();
        try
        {
            var found = 0;
            var refreshed = false;
            for (var i = 0; i < plan.Count; i++)
            {
                var id = plan.IdOf(i);
                if (TryLocate(id, out var location) || (!refreshed && TryLocateSurely(id, out location)))
                {
                    plan.Found(found++, i, location);
                    continue;
                }

                // One look is enough for all that are missing: whatever is published later is of no backup read here.
                refreshed = true;
                (missing ?? throw NotIndexed(id))(plan.PlaceOf(i), NotIndexed(id));
            }

            plan.Order(found);
        }
        finally
        {
            _catalog.Release();
        }
    }

    /// <summary>Reads a chunk that is not good where a plan says it is from another place.</summary>
    internal async ValueTask ReadElsewhereAsync(
        ChunkId id, ChunkLocation damaged, string fault, Memory<byte> plain, CancellationToken cancellationToken)
    {
        _catalog.Use();
        try
        {
            await ReadElsewhereAsync(id, damaged, fault, plain, _keys.Chunks, cancellationToken);
        }
        finally
        {
            _catalog.Release();
        }
    }

    /// <summary>Reads a node, whose length is not known before.</summary>
    internal async ValueTask<ReadOnlyMemory<byte>> ReadNodeAsync(ChunkId id, CancellationToken cancellationToken)
    {
        _catalog.Use();
        try
        {
            var location = Locate(id);
            var plain = new byte[location.PlainLength];
            await ReadAnywhereAsync(id, location, plain, _keys.Nodes, cancellationToken);
            return plain;
        }
        finally
        {
            _catalog.Release();
        }
    }

    private async ValueTask ReadRunAsync(
        IReadOnlyList<ChunkReadRequest> requests, ReadOnlyMemory<PlannedRead> run, CancellationToken cancellationToken)
    {
        var start = run.Span[0].Location.Offset;
        var length = 0;
        foreach (var read in run.Span)
        {
            length = Math.Max(length, (int)(read.Location.End - start));
        }

        var buffer = _buffers.Get(length);
        try
        {
            var first = run.Span[0].Location;
            var place = buffer.Memory[..length];
            var bytes = await ReadPackAsync(first, place, cancellationToken);
            for (var i = 0; i < run.Length; i++)
            {
                var (request, location) = run.Span[i];
                var (id, plain) = requests[request];
                var offset = (int)(location.Offset - start);
                var record = offset < bytes.Length ? bytes.Span[offset..] : default;
                var fault = RecordDecoder.Decode(
                    Cut(record, location), location.Pack, id, _keys.Chunks, _keys.Records, plain.Span);
                if (fault.Length > 0)
                {
                    await ReadElsewhereAsync(id, location, fault, plain, _keys.Chunks, cancellationToken);
                }
            }
        }
        finally
        {
            _buffers.Return(buffer);
        }
    }

    private async ValueTask ReadAnywhereAsync(
        ChunkId id, ChunkLocation location, Memory<byte> plain, ChunkHasher hasher, CancellationToken cancellationToken)
    {
        var fault = await TryReadAsync(id, location, plain, hasher, cancellationToken);
        if (fault.Length > 0)
        {
            await ReadElsewhereAsync(id, location, fault, plain, hasher, cancellationToken);
        }
    }

    /// <summary>A damaged chunk that two writers stored at the same time is still whole in the other place.</summary>
    private async ValueTask ReadElsewhereAsync(
        ChunkId id,
        ChunkLocation damaged,
        string fault,
        Memory<byte> plain,
        ChunkHasher hasher,
        CancellationToken cancellationToken)
    {
        if (await TryReadElsewhereAsync(id, damaged, plain, hasher, cancellationToken))
        {
            return;
        }

        // Garbage collection may have moved it, and deleted the pack, since this view was made.
        var isNew = true;
        for (var looks = 0; isNew && looks < MaximumLooks; looks++)
        {
            isNew = _catalog.RefreshSurely();
            if (await TryReadElsewhereAsync(id, damaged, plain, hasher, cancellationToken))
            {
                return;
            }
        }

        // Nothing of what was found may be taken for the chunk.
        plain.Span.Clear();
        var isMissing = _backend.FindLength(NameOf(damaged)) is null;
        throw new CorruptDataException(
            $"Chunk {id} is damaged in {Describe(damaged)} at offset {damaged.Offset}: "
            + $"{(isMissing ? "the pack is missing" : fault)}. Other chunks are not touched by this; run 'verify', "
            + "which names what is harmed, then back up the volume again: that stores the chunk anew.");
    }

    private async ValueTask<bool> TryReadElsewhereAsync(
        ChunkId id, ChunkLocation damaged, Memory<byte> plain, ChunkHasher hasher, CancellationToken cancellationToken)
    {
        var view = _catalog.View;
        var cursor = default(IndexCursor);
        while (view.TryFindNext(id.Prefix, ref cursor, out var location))
        {
            if (location != damaged
                && await TryReadAsync(id, location, plain, hasher, cancellationToken) is { Length: 0 })
            {
                return true;
            }
        }

        return false;
    }

    private async ValueTask<string> TryReadAsync(
        ChunkId id, ChunkLocation location, Memory<byte> plain, ChunkHasher hasher, CancellationToken cancellationToken)
    {
        var buffer = ArrayPool<byte>.Shared.Rent(location.RecordLength);
        try
        {
            var place = buffer.AsMemory(0, location.RecordLength);
            var record = await ReadPackAsync(location, place, cancellationToken);
            return RecordDecoder.Decode(record.Span, location.Pack, id, hasher, _keys.Records, plain.Span);
        }
        finally
        {
            ArrayPool<byte>.Shared.Return(buffer);
        }
    }

    /// <summary>
    /// The bytes from a record on; fewer than asked where the pack is shorter, none where it is missing.
    /// </summary>
    private async ValueTask<ReadOnlyMemory<byte>> ReadPackAsync(
        ChunkLocation location, Memory<byte> buffer, CancellationToken cancellationToken)
    {
        try
        {
            var read = await _backend.ReadAsync(NameOf(location), location.Offset, buffer, cancellationToken);
            return buffer[..read];
        }
        catch (ObjectMissingException)
        {
            return default;
        }
    }

    /// <summary>Where the index says that the chunk is; looks for new segments before it gives up.</summary>
    private ChunkLocation Locate(ChunkId id)
    {
        return TryLocate(id, out var location) || TryLocateSurely(id, out location) ? location : throw NotIndexed(id);
    }

    private bool TryLocateSurely(ChunkId id, out ChunkLocation location)
    {
        // It is looked up again whether or not there was anything new: another thread may have opened it just before.
        // Where nothing was new the chunk is nowhere; a damaged repository must not be listed for ever.
        var isNew = true;
        for (var looks = 0; isNew && looks < MaximumLooks; looks++)
        {
            isNew = _catalog.RefreshSurely();
            if (TryLocate(id, out location))
            {
                return true;
            }
        }

        location = default;
        return false;
    }

    private CorruptDataException NotIndexed(ChunkId id)
    {
        var damage = _catalog.Damage;
        var message = $"Chunk {id} is in no index segment, so it cannot be read. "
            + (damage is null ? "Verify the repository." : $"One segment could not be opened: {damage.Message}");
        return damage is null ? new CorruptDataException(message) : new CorruptDataException(message, damage);
    }

    private bool TryLocate(ChunkId id, out ChunkLocation location)
    {
        var cursor = default(IndexCursor);
        return _catalog.View.TryFindNext(id.Prefix, ref cursor, out location);
    }

    private string Describe(in ChunkLocation location) => _backend.Describe(NameOf(location));

    private static ObjectName NameOf(in ChunkLocation location) => new(ObjectKind.Pack, location.Pack.ToString());

    private static ReadOnlySpan<byte> Cut(ReadOnlySpan<byte> bytes, in ChunkLocation location) =>
        bytes[..Math.Min(bytes.Length, location.RecordLength)];
}
