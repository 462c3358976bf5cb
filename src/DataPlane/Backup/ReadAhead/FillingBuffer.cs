using System.Buffers;

namespace BackupEngine.DataPlane.Backup.ReadAhead;

/// <summary>A place for one buffer that is being filled, with the reads that fill it; used again and again.</summary>
internal sealed class FillingBuffer(ReadBatch batch)
{
    private int _ended;

    /// <summary>The reads.</summary>
    public ReadBatch Batch => batch;

    /// <summary>The buffer; null while the place is empty.</summary>
    public IMemoryOwner<byte>? Buffer { get; private set; }

    /// <summary>Reads that have been begun: those before this one.</summary>
    public int Begun { get; private set; }

    /// <summary>Whether all reads have been begun.</summary>
    public bool AllBegun => Begun == batch.Count;

    /// <summary>Whether all reads have ended.</summary>
    public bool IsFull => _ended == batch.Count;

    /// <summary>Takes a buffer for the reads of the batch.</summary>
    public void Start(IMemoryOwner<byte> buffer) => (Buffer, Begun, _ended) = (buffer, 0, 0);

    /// <summary>The next read to begin, and what it fills.</summary>
    public (long OffsetBytes, Memory<byte> Place) BeginNext()
    {
        var piece = batch[Begun++];
        return (piece.OffsetBytes, Buffer!.Memory.Slice(piece.BufferOffset, piece.LengthBytes));
    }

    /// <summary>One read has ended.</summary>
    public void EndOne() => _ended++;

    /// <summary>Hands the buffer over.</summary>
    public IMemoryOwner<byte> Take()
    {
        var buffer = Buffer!;
        Buffer = null;
        return buffer;
    }
}
