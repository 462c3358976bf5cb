using System.Buffers.Binary;

namespace BackupEngine.Chunkstore.Format;

/// <summary>One entry of the index, 32 bytes. Byte table: docs/format.md, "Index entry".</summary>
/// <param name="Prefix">The first 16 bytes of the chunk's id.</param>
/// <param name="Pack">Line of the segment's pack table.</param>
/// <param name="Offset">Where the record begins in the pack, in bytes.</param>
/// <param name="StoredLength">Length of the record's body in bytes.</param>
/// <param name="PlainAndFlags">See <see cref="PlainLengthAndFlags"/>.</param>
internal readonly record struct IndexEntry(
    UInt128 Prefix, uint Pack, uint Offset, uint StoredLength, uint PlainAndFlags)
{
    public const int SizeBytes = 32;

    public const int PrefixBytes = 16;

    public int PlainLength => PlainLengthAndFlags.PlainLength(PlainAndFlags);

    public void Write(Span<byte> bytes)
    {
        var fields = new FieldWriter(bytes[..SizeBytes]);
        fields.Id128(Prefix);
        fields.U32(Pack);
        fields.U32(Offset);
        fields.U32(StoredLength);
        fields.U32(PlainAndFlags);
        fields.End();
    }

    /// <summary>Reads an entry as it stands; whether it makes sense is for the user of its numbers to check.</summary>
    public static IndexEntry Read(ReadOnlySpan<byte> bytes) => new(
        BinaryPrimitives.ReadUInt128BigEndian(bytes),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[16..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[20..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[24..]),
        BinaryPrimitives.ReadUInt32LittleEndian(bytes[28..]));
}
