
namespace BackupEngine.Chunkstore.Format;

/// <summary>The last bytes of an index segment. Byte table: docs/format.md, "Index trailer".</summary>
/// <param name="FileLength">Length of the whole file in bytes.</param>
/// <param name="PackTableCrc">CRC32C of the pack table.</param>
/// <param name="Digest">BLAKE3 of every byte before the trailer.</param>
internal readonly record struct IndexTrailer(long FileLength, uint PackTableCrc, ChunkId Digest)
{
    public const int SizeBytes = 64;

    public void Write(Span<byte> bytes)
    {
        var fields = new FieldWriter(bytes[..SizeBytes]);
        fields.ChunkId(Digest);
        fields.I64(FileLength);
        fields.U32(PackTableCrc);
        fields.Zeros(8);
        fields.U32(Crc32C.Compute(bytes[..52]));
        fields.Bytes(Magic.IndexTrailer);
        fields.End();
    }

    public static IndexTrailer Read(ReadOnlySpan<byte> bytes, string fileName)
    {
        var fields = new FieldReader(bytes[..Math.Min(SizeBytes, bytes.Length)], fileName);
        var digest = fields.ChunkId();
        var length = fields.Size();
        var tableCrc = fields.U32();
        fields.Zeros(8);
        if (fields.U32() != Crc32C.Compute(bytes[..52]))
        {
            throw fields.Damaged("a trailer whose checksum is wrong");
        }

        fields.Magic(Magic.IndexTrailer);
        return new IndexTrailer(length, tableCrc, digest);
    }
}
