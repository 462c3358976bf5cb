using System.Buffers.Binary;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// Writes the fields of a fixed-size structure one after another, little-endian, and proves at the end that it is
/// full.
/// </summary>
internal ref struct FieldWriter(Span<byte> bytes)
{
    private readonly Span<byte> _bytes = bytes;
    private int _position;

    /// <summary>Bytes written so far.</summary>
    public readonly int Position => _position;

    public void U8(byte value) => Take(1)[0] = value;

    public void U16(ushort value) => BinaryPrimitives.WriteUInt16LittleEndian(Take(2), value);

    public void U32(uint value) => BinaryPrimitives.WriteUInt32LittleEndian(Take(4), value);

    public void U64(ulong value) => BinaryPrimitives.WriteUInt64LittleEndian(Take(8), value);

    public void I64(long value) => BinaryPrimitives.WriteInt64LittleEndian(Take(8), value);

    /// <summary>A 128-bit id: big-endian, so that the order of the bytes is the order of the ids.</summary>
    public void Id128(UInt128 value) => BinaryPrimitives.WriteUInt128BigEndian(Take(16), value);

    /// <summary>A UUID in the byte order of RFC 9562, as it is printed.</summary>
    public void Uuid(Guid value) => value.TryWriteBytes(Take(16), bigEndian: true, out _);

    public void ChunkId(ChunkId id) => id.CopyTo(Take(Chunkstore.ChunkId.SizeBytes));

    public void Bytes(scoped ReadOnlySpan<byte> value) => value.CopyTo(Take(value.Length));

    /// <summary>A reserved field.</summary>
    public void Zeros(int count) => Take(count).Clear();

    /// <summary>A place to be filled by the caller.</summary>
    public Span<byte> Take(int count)
    {
        var place = _bytes.Slice(_position, count);
        _position += count;
        return place;
    }

    /// <summary>Throws unless every byte has been written.</summary>
    public readonly void End()
    {
        if (_position != _bytes.Length)
        {
            throw new InvalidOperationException($"A structure of {_bytes.Length} bytes was written with {_position}.");
        }
    }
}
