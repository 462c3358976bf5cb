namespace BackupEngine.Chunkstore.Format;

/// <summary>One line of a pack's own directory. Byte table: docs/format.md, "Pack directory".</summary>
/// <param name="Id">The chunk.</param>
/// <param name="Offset">Where its record begins in the pack, in bytes.</param>
/// <param name="StoredLength">Length of the record's body in bytes, its seal included.</param>
/// <param name="PlainLength">Length of the chunk in bytes.</param>
/// <param name="Encoding">How the body is stored.</param>
internal readonly record struct PackEntry(
    ChunkId Id, uint Offset, int StoredLength, int PlainLength, RecordEncoding Encoding)
{
    public const int SizeBytes = 44;

    public void Write(Span<byte> bytes)
    {
        var fields = new FieldWriter(bytes[..SizeBytes]);
        fields.ChunkId(Id);
        fields.U32(Offset);
        fields.U32((uint)StoredLength);
        fields.U32(PlainLengthAndFlags.Pack(PlainLength, Encoding));
        fields.End();
    }

    public static PackEntry Read(ReadOnlySpan<byte> bytes, string fileName)
    {
        var fields = new FieldReader(bytes[..SizeBytes], fileName);
        var id = fields.ChunkId();
        var offset = fields.U32();
        var stored = fields.U32();
        var plain = fields.U32();
        return stored <= RecordHeader.MaximumStoredBytes && PlainLengthAndFlags.IsValid(plain)
            ? new PackEntry(
                id, offset, (int)stored, PlainLengthAndFlags.PlainLength(plain), PlainLengthAndFlags.Encoding(plain))
            : throw fields.Damaged("a directory entry with an impossible length");
    }
}
