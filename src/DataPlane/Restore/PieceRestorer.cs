using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Reading;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// Reads pieces of packs, and writes their chunks where they belong. Every chunk is decompressed straight into the
/// buffer that is written, in the order of the volume, so that neighbours there are written together. For one thread.
/// </summary>
internal sealed class PieceRestorer : IDisposable
{
    private readonly RestoreContext _context;
    private readonly StageClock _clock;
    private readonly PlannedReader _reader;
    private readonly Memory<byte> _window;
    private readonly Memory<byte> _pack;
    private readonly RepeatWriter _repeats;
    private readonly SlotTicket? _slot;
    private readonly Memory<byte>[] _plain;
    private readonly int[] _places;
    private readonly int[] _order;
    private readonly bool[] _isHarmed;
    private readonly Action<int, RepositoryException>? _harmed;
    private RepositoryException? _cause;

    /// <summary>Creates one over two buffers.</summary>
    public PieceRestorer(RestoreContext context, StageClock clock, Memory<byte> window, Memory<byte> pack)
    {
        (_context, _clock, _window, _pack) = (context, clock, window, pack);
        var chunks = context.Sizes.WindowChunks;
        _reader = context.Chunks.OpenPlanned(chunks, clock);
        _repeats = new RepeatWriter(context, pack);
        _slot = context.Slots?.NewTicket();
        _plain = new Memory<byte>[chunks];
        (_places, _order, _isHarmed) = (new int[chunks], new int[chunks], new bool[chunks]);
        _harmed = context.Harmed is null ? null : SetHarmed;
    }

    /// <summary>Reads, checks and writes one piece.</summary>
    public void Restore(RestoreWindow window, ReadPiece piece, CancellationToken cancellationToken)
    {
        Lay(window, _reader.Begin(window.Plan, piece));
        Read(piece, cancellationToken);
        var bytes = Write(window, piece.Chunks, cancellationToken);
        if (piece.Count > piece.Chunks)
        {
            bytes += _repeats.Write(window, piece, _plain, _isHarmed, cancellationToken);
        }

        _clock.Mark(Stage.TargetWrite, bytes);
        if (_cause is { } cause)
        {
            TellHarmed(window, piece, cause);
        }
    }

    /// <inheritdoc/>
    public void Dispose() => _reader.Dispose();

    /// <summary>
    /// Gives each chunk its slot of the buffer, in the order of the first places that want them on the volume.
    /// </summary>
    private void Lay(RestoreWindow window, ReadOnlySpan<int> firstEntries)
    {
        for (var chunk = 0; chunk < firstEntries.Length; chunk++)
        {
            _places[chunk] = window.Plan.PlaceOf(firstEntries[chunk]);
            _order[chunk] = chunk;
        }

        _isHarmed.AsSpan(0, firstEntries.Length).Clear();
        _cause = null;
        _places.AsSpan(0, firstEntries.Length).Sort(_order.AsSpan(0, firstEntries.Length));
        for (var slot = 0; slot < firstEntries.Length; slot++)
        {
            var length = _context.Shape.ChunkLength(window.ChunkAt(_places[slot]));
            _plain[_order[slot]] = _window.Slice(slot * _context.Shape.ChunkSizeBytes, length);
        }
    }

    private void Read(ReadPiece piece, CancellationToken cancellationToken)
    {
        int read;
        try
        {
            read = Blocking.Wait(_reader.ReadAsync(_pack, cancellationToken));
        }
        catch (RepositoryException) when (_harmed is not null)
        {
            Blocking.Wait(_reader.ReadSinglyAsync(_plain, _harmed, cancellationToken));
            return;
        }

        try
        {
            Blocking.Wait(_slot?.EnterAsync(cancellationToken) ?? ValueTask.CompletedTask);
            Blocking.Wait(_reader.DecodeAsync(_pack[..read], _plain, _harmed, cancellationToken));
        }
        finally
        {
            _slot?.Leave();
        }
    }

    /// <summary>Writes every chunk to the first place that wants it, neighbours with one transfer.</summary>
    private long Write(RestoreWindow window, int chunks, CancellationToken cancellationToken)
    {
        var bytes = 0L;
        for (var slot = 0; slot < chunks;)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var first = slot;
            var firstChunk = window.ChunkAt(_places[first]);
            var length = 0;
            while (slot < chunks && !IsHarmed(slot) && window.ChunkAt(_places[slot]) == firstChunk + slot - first)
            {
                length += _plain[_order[slot++]].Length;
            }

            if (slot == first)
            {
                slot++;
                continue;
            }

            var size = _context.Shape.ChunkSizeBytes;
            _context.Writer.Write(
                firstChunk * size, _window.Slice(first * size, length), isZero: false, cancellationToken);
            bytes += length;
        }

        return bytes;
    }

    private bool IsHarmed(int slot) => _isHarmed[_order[slot]];

    private void SetHarmed(int chunk, RepositoryException cause)
    {
        _isHarmed[chunk] = true;
        _cause ??= cause;
    }

    private void TellHarmed(RestoreWindow window, ReadPiece piece, RepositoryException cause)
    {
        var chunk = -1;
        for (var entry = piece.First; entry < piece.First + piece.Count; entry++)
        {
            chunk += entry == piece.First || !window.Plan.RepeatsBefore(entry) ? 1 : 0;
            if (_isHarmed[chunk])
            {
                _context.AddHarmed(window.ChunkAt(window.Plan.PlaceOf(entry)), cause);
            }
        }
    }
}
