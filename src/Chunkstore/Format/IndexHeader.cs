using BackupEngine.Chunkstore.Index;

namespace BackupEngine.Chunkstore.Format;

/// <summary>The first bytes of an index segment. Byte table: docs/format.md, "Index segment".</summary>
/// <param name="RepositoryId">The repository.</param>
/// <param name="SegmentId">The segment; also its file name.</param>
/// <param name="EntryCount">Entries.</param>
/// <param name="PackCount">Lines of the pack table.</param>
/// <param name="FilterBlockCount">Blocks of the filter, 32 bytes each.</param>
internal readonly record struct IndexHeader(
    Guid RepositoryId, SegmentId SegmentId, long EntryCount, int PackCount, int FilterBlockCount)
{
    public const int SizeBytes = 128;

    /// <summary>The only filter so far: split-block Bloom filter over the id prefix.</summary>
    private const ushort SplitBlockBloom = 1;

    /// <summary>Entries that fit into one segment: what a 32-bit number of filter blocks carries.</summary>
    public const long MaximumEntries = 1L << 33;

    /// <summary>Packs that one segment may name: 1 PiB of full packs.</summary>
    public const int MaximumPacks = 1 << 24;

    public const long PackTableOffset = SizeBytes;

    public long FilterOffset => PackTableOffset + ((long)PackCount * IndexPack.SizeBytes);

    public long GuideOffset => FilterOffset + ((long)FilterBlockCount * SplitBlockFilter.BlockBytes);

    public long EntriesOffset => GuideOffset + IndexGuide.SizeBytes(EntryCount);

    public long TrailerOffset => EntriesOffset + (EntryCount * IndexEntry.SizeBytes);

    public long FileLength => TrailerOffset + IndexTrailer.SizeBytes;

    public void Write(Span<byte> bytes)
    {
        var fields = new FieldWriter(bytes[..SizeBytes]);
        fields.Bytes(Magic.IndexHeader);
        fields.U16(FormatVersion.Current);
        fields.U16(FormatVersion.MinimumReader);
        fields.U16(IndexEntry.SizeBytes);
        fields.U16(SplitBlockBloom);
        fields.Uuid(RepositoryId);
        fields.Id128(SegmentId.Value);
        fields.I64(EntryCount);
        fields.U32((uint)PackCount);
        fields.U32((uint)FilterBlockCount);
        fields.Zeros(4); // flags
        fields.Zeros(56);
        fields.U32(Crc32C.Compute(bytes[..(SizeBytes - 4)]));
        fields.End();
    }

    /// <summary>Whether a header, of whatever version, is what was written: its checksum is right.</summary>
    public static bool IsWhole(ReadOnlySpan<byte> bytes) =>
        System.Buffers.Binary.BinaryPrimitives.ReadUInt32LittleEndian(bytes[(SizeBytes - 4)..])
        == Crc32C.Compute(bytes[..(SizeBytes - 4)]);

    public static IndexHeader Read(ReadOnlySpan<byte> bytes, string fileName)
    {
        var fields = new FieldReader(bytes[..Math.Min(SizeBytes, bytes.Length)], fileName);
        fields.Magic(Magic.IndexHeader);
        FormatVersion.RequireReadable(fields.U16(), fields.U16(), fileName);
        var entrySize = fields.U16();
        var filter = fields.U16();
        var repository = fields.Uuid();
        var segment = new SegmentId(fields.Id128());
        var entries = fields.Size();
        var packs = fields.U32();
        var blocks = fields.U32();
        fields.Zeros(60);
        if (fields.U32() != Crc32C.Compute(bytes[..(SizeBytes - 4)]))
        {
            throw fields.Damaged("a header whose checksum is wrong");
        }

        return entrySize == IndexEntry.SizeBytes && filter == SplitBlockBloom && entries is > 0 and <= MaximumEntries
            && packs is > 0 and <= MaximumPacks && blocks is > 0 and <= int.MaxValue
            ? new IndexHeader(repository, segment, entries, (int)packs, (int)blocks)
            : throw fields.Damaged("a header with impossible counts");
    }
}
