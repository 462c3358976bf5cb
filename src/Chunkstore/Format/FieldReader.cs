using System.Buffers.Binary;
using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// Reads the fields of a structure one after another, little-endian; whatever does not fit is <see
/// cref="CorruptDataException"/>.
/// </summary>
internal ref struct FieldReader(ReadOnlySpan<byte> bytes, string fileName)
{
    private readonly ReadOnlySpan<byte> _bytes = bytes;
    private readonly string _fileName = fileName;
    private int _position;

    /// <summary>Bytes read so far.</summary>
    public readonly int Position => _position;

    /// <summary>Whether every byte has been read.</summary>
    public readonly bool IsAtEnd => _position == _bytes.Length;

    public byte U8() => Take(1)[0];

    public ushort U16() => BinaryPrimitives.ReadUInt16LittleEndian(Take(2));

    public uint U32() => BinaryPrimitives.ReadUInt32LittleEndian(Take(4));

    public ulong U64() => BinaryPrimitives.ReadUInt64LittleEndian(Take(8));

    public long I64() => BinaryPrimitives.ReadInt64LittleEndian(Take(8));

    /// <summary>A length or an offset, which is never negative.</summary>
    public long Size()
    {
        var value = I64();
        return value >= 0 ? value : throw Damaged("a negative length");
    }

    public UInt128 Id128() => BinaryPrimitives.ReadUInt128BigEndian(Take(16));

    public Guid Uuid() => new(Take(16), bigEndian: true);

    public ChunkId ChunkId() => new(Take(Chunkstore.ChunkId.SizeBytes));

    /// <summary>
    /// A reserved field: anything but zeros was written by a version that this program does not know.
    /// </summary>
    public void Zeros(int count)
    {
        if (Take(count).ContainsAnyExcept((byte)0))
        {
            throw Damaged("a reserved field that is not zero");
        }
    }

    public void Magic(ReadOnlySpan<byte> magic)
    {
        if (!Take(magic.Length).SequenceEqual(magic))
        {
            throw Damaged("another magic number than a file of its kind");
        }
    }

    public ReadOnlySpan<byte> Take(int count)
    {
        if ((uint)count > (uint)(_bytes.Length - _position))
        {
            throw Damaged("an end before its last field");
        }

        var place = _bytes.Slice(_position, count);
        _position += count;
        return place;
    }

    /// <summary>The error for a structure that has <paramref name="what"/>.</summary>
    public readonly CorruptDataException Damaged(string what) => new(
        $"{_fileName} is damaged: it has {what} at byte {_position} of a structure of {_bytes.Length} bytes. "
        + "Other files are not touched by this. Run 'verify' to see what it harms; "
        + "'rebuild-index' makes a damaged index again.");
}
