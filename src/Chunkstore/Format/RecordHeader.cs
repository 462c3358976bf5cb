using System.Buffers.Binary;

namespace BackupEngine.Chunkstore.Format;

/// <summary>What stands before the body of every record in a pack. Byte table: docs/format.md, "Record".</summary>
/// <param name="Encoding">How the body is stored.</param>
/// <param name="StoredLength">Length of the body in bytes.</param>
/// <param name="PlainLength">Length of the chunk in bytes.</param>
/// <param name="Id">The chunk.</param>
internal readonly record struct RecordHeader(RecordEncoding Encoding, int StoredLength, int PlainLength, ChunkId Id)
{
    public const int SizeBytes = 52;

    private const int CrcOffset = SizeBytes - 4;

    /// <summary>The longest chunk or node that a record may hold, in bytes.</summary>
    public const int MaximumPlainBytes = 4 * 1024 * 1024;

    /// <summary>Bytes of the whole record.</summary>
    public int RecordLength => SizeBytes + StoredLength;

    /// <summary>
    /// Writes the header into the place in front of the body, which stands already at <c>record[52..]</c>.
    /// </summary>
    public void Write(Span<byte> record)
    {
        var fields = new FieldWriter(record[..SizeBytes]);
        fields.Bytes(Magic.Record);
        fields.U8((byte)FormatVersion.Current);
        fields.U8(0); // flags: bit 0 encrypted, the rest reserved
        fields.U8((byte)Encoding);
        fields.U8(0); // filter before compression: 0 = none
        fields.U32((uint)StoredLength);
        fields.U32((uint)PlainLength);
        fields.ChunkId(Id);
        fields.U32(Checksum(record[..RecordLength]));
        fields.End();
    }

    /// <summary>Parses a header and checks it together with its body.</summary>
    /// <param name="record">The record, at least; what follows it is not looked at.</param>
    /// <param name="header">The header, when it is good.</param>
    /// <param name="fault">What is wrong, when it is not.</param>
    public static bool TryRead(ReadOnlySpan<byte> record, out RecordHeader header, out string fault)
    {
        header = default;
        if (record.Length < SizeBytes || !record.StartsWith(Magic.Record))
        {
            fault = "no record begins there";
            return false;
        }

        var stored = BinaryPrimitives.ReadUInt32LittleEndian(record[8..]);
        var plain = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        if (plain > MaximumPlainBytes || stored > plain || SizeBytes + stored > (uint)record.Length)
        {
            fault = "the record's lengths are impossible";
            return false;
        }

        var id = new ChunkId(record.Slice(16, ChunkId.SizeBytes));
        header = new RecordHeader((RecordEncoding)record[6], (int)stored, (int)plain, id);
        fault = Fault(record, header);
        return fault.Length == 0;
    }

    private static string Fault(ReadOnlySpan<byte> record, in RecordHeader header)
    {
        var expected = BinaryPrimitives.ReadUInt32LittleEndian(record[CrcOffset..]);
        if (Checksum(record[..header.RecordLength]) != expected)
        {
            return "the record's CRC32C is wrong";
        }

        if (record[4] != FormatVersion.Current || record[5] != 0 || record[7] != 0
            || header.Encoding is not (RecordEncoding.Raw or RecordEncoding.Lz4))
        {
            return "the record has a version, flags, encoding or filter that this program does not know";
        }

        return header.Encoding == RecordEncoding.Raw && header.StoredLength != header.PlainLength
            ? "the record is raw but its lengths differ"
            : "";
    }

    private static uint Checksum(ReadOnlySpan<byte> record) =>
        Crc32C.Append(Crc32C.Compute(record[..CrcOffset]), record[SizeBytes..]);
}
