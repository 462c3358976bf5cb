using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// The reads that fill one buffer: chunks in order, each at a multiple of the chunk size in the buffer; those that are
/// neighbours on the device are read together, up to the I/O size.
/// </summary>
internal sealed class ReadBatch(int bufferBytes, int chunkSizeBytes, int ioSizeBytes)
{
    private readonly Piece[] _pieces = new Piece[bufferBytes / Math.Min(chunkSizeBytes, ioSizeBytes)];

    /// <summary>One read.</summary>
    /// <param name="OffsetBytes">Where on the device.</param>
    /// <param name="BufferOffset">Where in the buffer.</param>
    /// <param name="LengthBytes">How much.</param>
    [StructLayout(LayoutKind.Auto)]
    public readonly record struct Piece(long OffsetBytes, int BufferOffset, int LengthBytes);

    /// <summary>Number of reads.</summary>
    public int Count { get; private set; }

    /// <summary>How much of the buffer the chunks occupy: a multiple of the chunk size.</summary>
    public int FilledBytes { get; private set; }

    /// <summary>What is read from the device.</summary>
    public int BytesToRead { get; private set; }

    /// <summary>Whether another chunk fits.</summary>
    public bool HasRoom => FilledBytes + chunkSizeBytes <= bufferBytes;

    /// <summary>One of the reads.</summary>
    public Piece this[int index] => _pieces[index];

    /// <summary>Starts over.</summary>
    public void Clear() => Count = FilledBytes = BytesToRead = 0;

    /// <summary>Adds a chunk, which may be shorter than the chunk size only at the end of the device.</summary>
    public void Add(long offsetBytes, int lengthBytes)
    {
        for (var done = 0; done < lengthBytes;)
        {
            done += Append(new Piece(offsetBytes + done, FilledBytes + done, lengthBytes - done));
        }

        FilledBytes += chunkSizeBytes;
        BytesToRead += lengthBytes;
    }

    private int Append(Piece piece)
    {
        if (Count > 0 && Follows(piece, _pieces[Count - 1]) && _pieces[Count - 1].LengthBytes < ioSizeBytes)
        {
            var last = _pieces[Count - 1];
            var added = Math.Min(piece.LengthBytes, ioSizeBytes - last.LengthBytes);
            _pieces[Count - 1] = last with { LengthBytes = last.LengthBytes + added };
            return added;
        }

        _pieces[Count++] = piece with { LengthBytes = Math.Min(piece.LengthBytes, ioSizeBytes) };
        return _pieces[Count - 1].LengthBytes;
    }

    private static bool Follows(Piece next, Piece last) =>
        next.OffsetBytes == last.OffsetBytes + last.LengthBytes
        && next.BufferOffset == last.BufferOffset + last.LengthBytes;
}
