using System.Runtime.CompilerServices;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.Chunkstore.Reading;

/// <summary>
/// The chunks that a bounded part of a volume wants, in the order in which they lie in packs. Filled and ordered by one
/// thread; then many may read it. Its memory is fixed: <see cref="PlaceBytes"/> for each place.
/// </summary>
/// <remarks>
/// Use: write ids into <see cref="Ids"/>, call <see cref="Want"/> for the places that are to be read, then
/// <see cref="ChunkReader.LocateAll"/>, then <see cref="PieceAt"/> until the plan is used up.
/// </remarks>
public sealed class ChunkReadPlan
{
    /// <summary>Bytes of a record that are not of the chunk, at most: header and seal.</summary>
    public const int RecordOverheadBytes = RecordHeader.SizeBytes + RecordSeal.SizeBytes;

    /// <summary>Memory of a plan for each of its places, in bytes.</summary>
    public static int PlaceBytes => Unsafe.SizeOf<ChunkId>() + Unsafe.SizeOf<PlannedChunk>();

    private readonly ChunkId[] _ids;
    private readonly PlannedChunk[] _chunks;
    private int _count;

    /// <summary>Creates a plan for a number of places.</summary>
    public ChunkReadPlan(int capacity)
    {
        _ids = new ChunkId[capacity];
        _chunks = new PlannedChunk[capacity];
    }

    /// <summary>What chunk each place wants, <see cref="ChunkId.Zero"/> among them.</summary>
    public Memory<ChunkId> Ids => _ids;

    /// <summary>Number of entries.</summary>
    public int Count => _count;

    /// <summary>Empties the plan.</summary>
    public void Clear() => _count = 0;

    /// <summary>The chunk of a place is to be read; each place once, and never one of zeros.</summary>
    public void Want(int place) => _chunks[_count++] = new PlannedChunk(place, default);

    /// <summary>The place of an entry.</summary>
    public int PlaceOf(int entry) => _chunks[entry].Place;

    /// <summary>The chunk of an entry.</summary>
    public ChunkId IdOf(int entry) => _ids[_chunks[entry].Place];

    /// <summary>Whether an entry wants the same chunk as the one before it, which then is in the same piece.</summary>
    public bool RepeatsBefore(int entry) =>
        _chunks[entry].Location == _chunks[entry - 1].Location && IdOf(entry) == IdOf(entry - 1);

    /// <summary>The piece that begins with an entry, as large as the bounds allow; at least one chunk.</summary>
    /// <param name="entry">Its first entry.</param>
    /// <param name="maximumChunks">Different chunks that it may have.</param>
    /// <param name="maximumPackBytes">Length of its read; a single record may be longer.</param>
    public ReadPiece PieceAt(int entry, int maximumChunks, int maximumPackBytes)
    {
        var first = _chunks[entry].Location;
        var end = first.End;
        var (count, chunks) = (1, 1);
        for (; entry + count < _count; count++)
        {
            if (RepeatsBefore(entry + count))
            {
                continue;
            }

            var next = _chunks[entry + count].Location;
            if (chunks == maximumChunks
                || next.Pack != first.Pack
                || next.Offset - end > ReadPlan.MaximumGapBytes
                || next.End - first.Offset > maximumPackBytes)
            {
                break;
            }

            end = Math.Max(end, next.End);
            chunks++;
        }

        return new ReadPiece(entry, count, chunks, (int)Math.Min(end - first.Offset, int.MaxValue));
    }

    /// <summary>Where the chunk of an entry lies.</summary>
    internal ChunkLocation LocationOf(int entry) => _chunks[entry].Location;

    /// <summary>Notes where the chunk of an entry lies; the entry moves to a place up to its own.</summary>
    internal void Found(int to, int entry, in ChunkLocation location) =>
        _chunks[to] = new PlannedChunk(_chunks[entry].Place, location);

    /// <summary>Leaves out all entries but the first ones, and orders those.</summary>
    internal void Order(int count)
    {
        _count = count;
        _chunks.AsSpan(0, count).Sort(PlannedChunk.Compare);
    }
}
