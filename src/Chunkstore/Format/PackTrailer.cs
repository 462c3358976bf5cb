
namespace BackupEngine.Chunkstore.Format;

/// <summary>The last bytes of a pack. Byte table: docs/format.md, "Pack trailer".</summary>
/// <param name="RecordCount">Records, and lines of the directory.</param>
/// <param name="DirectoryOffset">Where the directory begins, in bytes.</param>
/// <param name="DirectoryCrc">CRC32C of the directory.</param>
/// <param name="Digest">BLAKE3 of every byte before the trailer, as a 256-bit value.</param>
internal readonly record struct PackTrailer(uint RecordCount, long DirectoryOffset, uint DirectoryCrc, ChunkId Digest)
{
    public const int SizeBytes = 64;

    public void Write(Span<byte> bytes)
    {
        var fields = new FieldWriter(bytes[..SizeBytes]);
        fields.U32(RecordCount);
        fields.U32(DirectoryCrc);
        fields.I64(DirectoryOffset);
        fields.ChunkId(Digest);
        fields.Zeros(4);
        fields.U32(Crc32C.Compute(bytes[..52]));
        fields.Bytes(Magic.PackTrailer);
        fields.End();
    }

    public static PackTrailer Read(ReadOnlySpan<byte> bytes, string fileName)
    {
        var fields = new FieldReader(bytes[..Math.Min(SizeBytes, bytes.Length)], fileName);
        var count = fields.U32();
        var crc = fields.U32();
        var offset = fields.Size();
        var digest = fields.ChunkId();
        fields.Zeros(4);
        if (fields.U32() != Crc32C.Compute(bytes[..52]))
        {
            throw fields.Damaged("a trailer whose checksum is wrong");
        }

        fields.Magic(Magic.PackTrailer);
        return new PackTrailer(count, offset, crc, digest);
    }
}
