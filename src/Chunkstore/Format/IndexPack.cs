using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Format;

/// <summary>One line of a segment's pack table: what the pack numbers in its entries stand for.</summary>
/// <param name="PackId">The pack.</param>
/// <param name="Type">What it holds.</param>
/// <param name="RecordCount">Its records.</param>
/// <param name="LengthBytes">Length of its file in bytes.</param>
/// <param name="Digest">The digest of its trailer.</param>
internal readonly record struct IndexPack(
    PackId PackId, PackType Type, uint RecordCount, long LengthBytes, ChunkId Digest)
{
    public const int SizeBytes = 64;

    public void Write(Span<byte> bytes)
    {
        var fields = new FieldWriter(bytes[..SizeBytes]);
        fields.Id128(PackId.Value);
        fields.ChunkId(Digest);
        fields.I64(LengthBytes);
        fields.U32(RecordCount);
        fields.U8((byte)Type);
        fields.Zeros(3);
        fields.End();
    }

    public static IndexPack Read(ReadOnlySpan<byte> bytes, string fileName)
    {
        var fields = new FieldReader(bytes[..SizeBytes], fileName);
        var pack = new PackId(fields.Id128());
        var digest = fields.ChunkId();
        var length = fields.Size();
        var count = fields.U32();
        var type = (PackType)fields.U8();
        fields.Zeros(3);
        return type is PackType.Data or PackType.Metadata
            ? new IndexPack(pack, type, count, length, digest)
            : throw fields.Damaged("an unknown pack type");
    }
}
