using System.Buffers.Binary;

namespace BackupEngine.Chunkstore.Format;

/// <summary>What stands before the body of every record in a pack. Byte table: docs/format.md, "Record".</summary>
/// <param name="Encoding">How the body is stored.</param>
/// <param name="StoredLength">Length of the body in bytes, its seal included.</param>
/// <param name="PlainLength">Length of the chunk in bytes.</param>
/// <param name="Id">The chunk.</param>
/// <param name="IsEncrypted">Whether the body is encrypted and ends with a <see cref="RecordSeal"/>.</param>
internal readonly record struct RecordHeader(
    RecordEncoding Encoding, int StoredLength, int PlainLength, ChunkId Id, bool IsEncrypted = false)
{
    public const int SizeBytes = 52;

    /// <summary>Bytes of the header that the checksum stands after: what an encrypted body is bound to.</summary>
    public const int AuthenticatedBytes = SizeBytes - 4;

    /// <summary>The longest chunk or node that a record may hold, in bytes.</summary>
    public const int MaximumPlainBytes = 4 * 1024 * 1024;

    /// <summary>The longest body, in bytes.</summary>
    public const int MaximumStoredBytes = MaximumPlainBytes + RecordSeal.SizeBytes;

    private const byte EncryptedFlag = 1;

    /// <summary>Bytes of the whole record.</summary>
    public int RecordLength => SizeBytes + StoredLength;

    /// <summary>Bytes of the chunk in its encoded form: the body without its seal.</summary>
    public int EncodedLength => StoredLength - (IsEncrypted ? RecordSeal.SizeBytes : 0);

    /// <summary>
    /// Writes the header into the place in front of the body, which stands already at <c>record[52..]</c>.
    /// </summary>
    public void Write(Span<byte> record)
    {
        WriteAuthenticated(record);
        WriteChecksum(record);
    }

    /// <summary>Writes the header of a body that stands elsewhere.</summary>
    public void Write(Span<byte> head, ReadOnlySpan<byte> body)
    {
        WriteAuthenticated(head);
        var checksum = Crc32C.Append(Crc32C.Compute(head[..AuthenticatedBytes]), body);
        BinaryPrimitives.WriteUInt32LittleEndian(head[AuthenticatedBytes..], checksum);
    }

    /// <summary>Writes all of the header but the checksum, which needs the body.</summary>
    public void WriteAuthenticated(Span<byte> record)
    {
        var fields = new FieldWriter(record[..AuthenticatedBytes]);
        fields.Bytes(Magic.Record);
        fields.U8((byte)FormatVersion.Current);
        fields.U8(IsEncrypted ? EncryptedFlag : (byte)0);
        fields.U8((byte)Encoding);
        fields.U8(0); // filter before compression: 0 = none
        fields.U32((uint)StoredLength);
        fields.U32((uint)PlainLength);
        fields.ChunkId(Id);
        fields.End();
    }

    /// <summary>Writes the checksum over the rest of the header and the body as it is stored.</summary>
    public void WriteChecksum(Span<byte> record) =>
        BinaryPrimitives.WriteUInt32LittleEndian(record[AuthenticatedBytes..], Checksum(record[..RecordLength]));

    /// <summary>Parses a header and checks it together with its body. Needs no key.</summary>
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

        var isEncrypted = record[5] == EncryptedFlag;
        var stored = BinaryPrimitives.ReadUInt32LittleEndian(record[8..]);
        var plain = BinaryPrimitives.ReadUInt32LittleEndian(record[12..]);
        var seal = isEncrypted ? (uint)RecordSeal.SizeBytes : 0;
        if (plain > MaximumPlainBytes || stored < seal || stored - seal > plain
            || SizeBytes + stored > (uint)record.Length)
        {
            fault = "the record's lengths are impossible";
            return false;
        }

        var id = new ChunkId(record.Slice(16, ChunkId.SizeBytes));
        header = new RecordHeader((RecordEncoding)record[6], (int)stored, (int)plain, id, isEncrypted);
        fault = Fault(record, header);
        return fault.Length == 0;
    }

    private static string Fault(ReadOnlySpan<byte> record, in RecordHeader header)
    {
        var expected = BinaryPrimitives.ReadUInt32LittleEndian(record[AuthenticatedBytes..]);
        if (Checksum(record[..header.RecordLength]) != expected)
        {
            return "the record's CRC32C is wrong";
        }

        if (record[4] != FormatVersion.Current || record[5] > EncryptedFlag || record[7] != 0
            || header.Encoding is not (RecordEncoding.Raw or RecordEncoding.Lz4))
        {
            return "the record has a version, flags, encoding or filter that this program does not know";
        }

        return header.Encoding == RecordEncoding.Raw && header.EncodedLength != header.PlainLength
            ? "the record is raw but its lengths differ"
            : "";
    }

    private static uint Checksum(ReadOnlySpan<byte> record) =>
        Crc32C.Append(Crc32C.Compute(record[..AuthenticatedBytes]), record[SizeBytes..]);
}
