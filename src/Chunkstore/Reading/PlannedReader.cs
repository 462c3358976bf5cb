using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.Chunkstore.Reading;

/// <summary>
/// Reads the pieces of plans for one thread: first the bytes of the pack, then each chunk out of them, checked against
/// its id. Keeps the pack open that it has read last. Allocates nothing as long as nothing is damaged and the pack
/// stays the same.
/// </summary>
public sealed class PlannedReader : IDisposable
{
    /// <summary>
    /// Bytes that are unpacked before they are hashed: still in a near cache, and enough to make two looks at the clock
    /// cost nothing.
    /// </summary>
    private const int GroupBytes = 256 * 1024;

    private readonly ChunkReader _chunks;
    private readonly IRepositoryBackend _backend;
    private readonly RepositoryKeys _keys;
    private readonly StageClock? _clock;
    private readonly int[] _firstEntries;
    private readonly string[] _faults;
    private ChunkReadPlan? _plan;
    private ReadPiece _piece;
    private IObjectReader? _pack;
    private PackId _packId;

    internal PlannedReader(
        ChunkReader chunks, IRepositoryBackend backend, RepositoryKeys keys, int maximumChunks, StageClock? clock)
    {
        (_chunks, _backend, _keys, _clock) = (chunks, backend, keys, clock);
        _firstEntries = new int[maximumChunks];
        _faults = new string[maximumChunks];
    }

    /// <summary>Begins with a piece.</summary>
    /// <returns>The first entry of each different chunk, in the order of the plan: chunk numbers count through
    /// it.</returns>
    public ReadOnlySpan<int> Begin(ChunkReadPlan plan, ReadPiece piece)
    {
        (_plan, _piece) = (plan, piece);
        var chunks = 0;
        for (var i = 0; i < piece.Count; i++)
        {
            if (i == 0 || !plan.RepeatsBefore(piece.First + i))
            {
                _firstEntries[chunks++] = piece.First + i;
            }
        }

        return _firstEntries.AsSpan(0, chunks);
    }

    /// <summary>Says that a piece will be read soon, by whomever. Never fails: what is wrong is told when it is
    /// read.</summary>
    public void Prefetch(ChunkReadPlan plan, ReadPiece piece)
    {
        try
        {
            var first = plan.LocationOf(piece.First);
            Open(first.Pack)?.Prefetch(first.Offset, piece.PackBytes);
        }
        catch (RepositoryException)
        {
            // Reading it fails as well, and tells.
        }
    }

    /// <summary>Reads the bytes of the piece out of its pack.</summary>
    /// <returns>Their number; fewer than the piece has where the pack is shorter, 0 where it is missing.</returns>
    /// <exception cref="RepositoryException">The file cannot be read.</exception>
    public async ValueTask<int> ReadAsync(Memory<byte> packBytes, CancellationToken cancellationToken)
    {
        var first = _plan!.LocationOf(_piece.First);
        var place = packBytes[..Math.Min(packBytes.Length, _piece.PackBytes)];
        var read = Open(first.Pack) is { } pack ? await pack.ReadAsync(first.Offset, place, cancellationToken) : 0;
        _clock?.Mark(Stage.PackRead, read);
        return read;
    }

    /// <summary>Takes every chunk of the piece out of the bytes that were read.</summary>
    /// <param name="packBytes">What <see cref="ReadAsync"/> has read, and no more.</param>
    /// <param name="plain">For each chunk its place, of exactly its plain length.</param>
    /// <param name="harmed">Told of each chunk, by its number, that is whole nowhere in the repository: its place is of
    /// no use then. Null: the first one fails the call.</param>
    /// <param name="cancellationToken">Cancels between chunks that are damaged.</param>
    /// <exception cref="CorruptDataException">A chunk is whole nowhere.</exception>
    public async ValueTask DecodeAsync(
        ReadOnlyMemory<byte> packBytes,
        Memory<byte>[] plain,
        Action<int, RepositoryException>? harmed,
        CancellationToken cancellationToken)
    {
        for (var from = 0; from < _piece.Chunks;)
        {
            var to = DecodeGroup(from, packBytes.Span, plain);
            for (var chunk = from; chunk < to; chunk++)
            {
                if (_faults[chunk].Length > 0)
                {
                    await HealAsync(chunk, plain[chunk], harmed, cancellationToken);
                }
            }

            from = to;
        }
    }

    /// <summary>
    /// Reads every chunk of the piece by itself: after a read that failed, which chunks it failed for is not known.
    /// </summary>
    /// <param name="plain">For each chunk its place.</param>
    /// <param name="harmed">Told of each chunk, by its number, that cannot be read.</param>
    /// <param name="cancellationToken">Cancels between chunks.</param>
    public async ValueTask ReadSinglyAsync(
        Memory<byte>[] plain, Action<int, RepositoryException> harmed, CancellationToken cancellationToken)
    {
        for (var chunk = 0; chunk < _piece.Chunks; chunk++)
        {
            cancellationToken.ThrowIfCancellationRequested();
            try
            {
                await _chunks.ReadAsync(_plan!.IdOf(_firstEntries[chunk]), plain[chunk], cancellationToken);
            }
            catch (RepositoryException exception)
            {
                harmed(chunk, exception);
            }
        }
    }

    /// <summary>Closes the pack.</summary>
    public void Dispose() => _pack?.Dispose();

    private int DecodeGroup(int from, ReadOnlySpan<byte> packBytes, Memory<byte>[] plain)
    {
        var start = _plan!.LocationOf(_piece.First).Offset;
        var to = from;
        var bytes = 0;
        for (; to < _piece.Chunks && bytes < GroupBytes; to++)
        {
            var location = _plan.LocationOf(_firstEntries[to]);
            var offset = (int)Math.Min(location.Offset - start, packBytes.Length);
            var record = packBytes[offset..];
            _faults[to] = RecordDecoder.Unpack(
                record[..Math.Min(record.Length, location.RecordLength)],
                location.Pack,
                _plan.IdOf(_firstEntries[to]),
                _keys.Records,
                plain[to].Span);
            bytes += plain[to].Length;
        }

        _clock?.Mark(Stage.Decompress, bytes);
        for (var chunk = from; chunk < to; chunk++)
        {
            if (_faults[chunk].Length == 0
                && _keys.Chunks.Hash(plain[chunk].Span) != _plan.IdOf(_firstEntries[chunk]))
            {
                _faults[chunk] = RecordDecoder.WrongHash;
            }
        }

        _clock?.Mark(Stage.Verify, bytes);
        return to;
    }

    private async ValueTask HealAsync(
        int chunk, Memory<byte> plain, Action<int, RepositoryException>? harmed, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        var entry = _firstEntries[chunk];
        try
        {
            await _chunks.ReadElsewhereAsync(
                _plan!.IdOf(entry), _plan.LocationOf(entry), _faults[chunk], plain, cancellationToken);
        }
        catch (RepositoryException exception) when (harmed is not null)
        {
            harmed(chunk, exception);
        }
    }

    private IObjectReader? Open(PackId pack)
    {
        if (_pack is null || _packId != pack)
        {
            _pack?.Dispose();
            _pack = null;
            _pack = _backend.OpenRead(new ObjectName(ObjectKind.Pack, pack.ToString()));
            _packId = pack;
        }

        return _pack;
    }
}
