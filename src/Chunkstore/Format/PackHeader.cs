using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Format;

/// <summary>The first bytes of a pack. Byte table: docs/format.md, "Pack header".</summary>
/// <param name="RepositoryId">The repository that it belongs to.</param>
/// <param name="PackId">Its name.</param>
/// <param name="Type">What it holds.</param>
/// <param name="KeyEpoch">The epoch of the data key that its records are encrypted under; 0 where they are
/// not.</param>
internal readonly record struct PackHeader(Guid RepositoryId, PackId PackId, PackType Type, uint KeyEpoch = 0)
{
    public const int SizeBytes = 64;

    public void Write(Span<byte> bytes)
    {
        var fields = new FieldWriter(bytes[..SizeBytes]);
        fields.Bytes(Magic.PackHeader);
        fields.U16(FormatVersion.Current);
        fields.U16(FormatVersion.MinimumReader);
        fields.U8((byte)Type);
        fields.Zeros(3); // flags
        fields.Uuid(RepositoryId);
        fields.Id128(PackId.Value);
        fields.U32(KeyEpoch);
        fields.Zeros(8);
        fields.U32(Crc32C.Compute(bytes[..(SizeBytes - 4)]));
        fields.End();
    }

    public static PackHeader Read(ReadOnlySpan<byte> bytes, string fileName)
    {
        var fields = new FieldReader(bytes[..Math.Min(SizeBytes, bytes.Length)], fileName);
        fields.Magic(Magic.PackHeader);
        FormatVersion.RequireReadable(fields.U16(), fields.U16(), fileName);
        var type = (PackType)fields.U8();
        fields.Zeros(3);
        var repository = fields.Uuid();
        var pack = new PackId(fields.Id128());
        var epoch = fields.U32();
        fields.Zeros(8);
        if (fields.U32() != Crc32C.Compute(bytes[..(SizeBytes - 4)]))
        {
            throw fields.Damaged("a header whose checksum is wrong");
        }

        return type is PackType.Data or PackType.Metadata
            ? new PackHeader(repository, pack, type, epoch)
            : throw fields.Damaged("an unknown pack type");
    }
}
