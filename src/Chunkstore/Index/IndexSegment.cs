using System.Buffers.Binary;
using System.Runtime.Intrinsics;
using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// One immutable file of the index, mapped into memory. Opening reads its header, its pack table and its trailer; a
/// lookup reads a block of the filter and, where that says "perhaps", one or two places among the entries. Safe to use
/// from many threads.
/// </summary>
internal sealed class IndexSegment : IPrefixes, IDisposable
{
    private const int DigestStepBytes = 1024 * 1024;

    private readonly IMappedObject _file;
    private readonly IndexHeader _header;
    private readonly string _fileName;
    private readonly long _filterOffset;
    private readonly long _guideBuckets;

    private IndexSegment(IMappedObject file, IndexHeader header, string fileName)
    {
        _file = file;
        _header = header;
        _fileName = fileName;
        _filterOffset = header.FilterOffset;
        _guideBuckets = IndexGuide.BucketsFor(header.EntryCount);
    }

    public SegmentId Id => _header.SegmentId;

    public IndexHeader Header => _header;

    public long EntryCount => _header.EntryCount;

    public long LengthBytes => _file.LengthBytes;

    /// <summary>Number of packs that the entries point into.</summary>
    public int PackCount => _header.PackCount;

    /// <exception cref="CorruptDataException">The file is damaged where opening looks, or is not the one of its
    /// name.</exception>
    /// <exception cref="RepositoryFormatException">It has another format version.</exception>
    public static IndexSegment Open(IRepositoryBackend backend, SegmentId id, Guid repositoryId)
    {
        var name = new ObjectName(ObjectKind.Index, id.ToString());
        var fileName = backend.Describe(name);
        var file = backend.Map(name);
        try
        {
            var headerBytes = (int)Math.Min(IndexHeader.SizeBytes, file.LengthBytes);
            var header = IndexHeader.Read(file.Slice(0, headerBytes), fileName);
            if (header.SegmentId != id || header.RepositoryId != repositoryId || header.FileLength != file.LengthBytes)
            {
                throw new CorruptDataException(
                    $"{fileName} is not the index segment of that name in this repository, or is not whole. "
                    + "Packs hold everything that an index is made of: run 'rebuild-index', which makes it again.");
            }

            CheckPackTable(file, header, fileName);
            return new IndexSegment(file, header, fileName);
        }
        catch
        {
            file.Dispose();
            throw;
        }
    }

    /// <summary>The place of the first entry of that prefix at or after position <paramref name="from"/>.</summary>
    /// <param name="prefix">The first half of an id.</param>
    /// <param name="mask">Its <see cref="SplitBlockFilter.MaskOf"/>.</param>
    /// <param name="from">0, or the position after the one found before: equal prefixes stand side by side.</param>
    /// <param name="position">Where the entry stands.</param>
    /// <param name="location">What it says.</param>
    public bool TryFind(
        UInt128 prefix, in Vector256<uint> mask, long from, out long position, out ChunkLocation location)
    {
        location = default;
        position = from;
        if (from == 0)
        {
            position = MayContain(prefix, mask) ? Search(prefix) : -1;
        }

        if (position < 0 || position >= EntryCount)
        {
            return false;
        }

        var entry = EntryAt(position);
        if (entry.Prefix != prefix)
        {
            return false;
        }

        location = Locate(entry);
        return true;
    }

    /// <summary>Whether an entry of that prefix is here.</summary>
    /// <param name="prefix">The first half of an id.</param>
    /// <param name="mask">Its <see cref="SplitBlockFilter.MaskOf"/>.</param>
    public bool Contains(UInt128 prefix, in Vector256<uint> mask) =>
        MayContain(prefix, mask) && Search(prefix) >= 0;

    /// <summary>Which entries a prefix can be among.</summary>
    public SearchRange RangeOf(UInt128 prefix)
    {
        if (TryRangeOf(prefix, out var range))
        {
            return range;
        }

        throw new CorruptDataException(
            $"{_fileName} is damaged: its guide points outside of its entries. The chunks may be intact: "
            + "packs hold everything that an index is made of; run 'rebuild-index'.");
    }

    /// <summary>The first half of the id of an entry.</summary>
    public UInt128 PrefixAt(long position) => BinaryPrimitives.ReadUInt128BigEndian(
        _file.Slice(_header.EntriesOffset + (position * IndexEntry.SizeBytes), IndexEntry.PrefixBytes));

    /// <summary>An entry as it stands in the file.</summary>
    public IndexEntry EntryAt(long position) =>
        IndexEntry.Read(_file.Slice(_header.EntriesOffset + (position * IndexEntry.SizeBytes), IndexEntry.SizeBytes));

    /// <summary>A line of the pack table.</summary>
    public IndexPack PackAt(int line) => IndexPack.Read(
        _file.Slice(IndexHeader.PackTableOffset + ((long)line * IndexPack.SizeBytes), IndexPack.SizeBytes), _fileName);

    /// <summary>Checks all that opening leaves out: the digest of the file, the entries, the filter.</summary>
    /// <returns>Empty, or what is wrong.</returns>
    public string FindFault()
    {
        var end = _header.TrailerOffset;
        var trailer = IndexTrailer.Read(_file.Slice(end, IndexTrailer.SizeBytes), _fileName);
        var hasher = Blake3Hasher.Create();
        for (var offset = 0L; offset < end; offset += DigestStepBytes)
        {
            hasher.Update(_file.Slice(offset, (int)Math.Min(DigestStepBytes, end - offset)));
        }

        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        hasher.Finish(digest);
        return new ChunkId(digest) == trailer.Digest ? FindFaultyEntry() : "its digest is wrong";
    }

    public void Dispose() => _file.Dispose();

    private bool TryRangeOf(UInt128 prefix, out SearchRange range)
    {
        var bucket = IndexGuide.BucketOf(prefix, _guideBuckets);
        var numbers = _file.Slice(
            _header.GuideOffset + (bucket * IndexGuide.NumberBytes), 2 * IndexGuide.NumberBytes);
        var first = BinaryPrimitives.ReadUInt64LittleEndian(numbers);
        var end = BinaryPrimitives.ReadUInt64LittleEndian(numbers[IndexGuide.NumberBytes..]);
        range = new SearchRange(
            (long)first,
            (long)end - 1,
            IndexGuide.FirstKeyOf(bucket, _guideBuckets),
            IndexGuide.FirstKeyOf(bucket + 1, _guideBuckets) - 1);
        return first <= end && end <= (ulong)EntryCount;
    }

    private string FindFaultyEntry()
    {
        var order = default(IndexEntryOrder);
        var before = default(IndexEntry);
        for (var position = 0L; position < EntryCount; position++)
        {
            var entry = EntryAt(position);
            if (entry.Pack >= (uint)PackCount || (position > 0 && order.Compare(before, entry) >= 0)
                || !MayContain(entry.Prefix, SplitBlockFilter.MaskOf(entry.Prefix))
                || !TryRangeOf(entry.Prefix, out var range) || position < range.First || position > range.Last)
            {
                return $"its entry {position} is out of order, points nowhere or is not in its filter or guide";
            }

            before = entry;
        }

        return "";
    }

    private long Search(UInt128 prefix) => InterpolationSearch.FindFirst(this, RangeOf(prefix), prefix);

    private bool MayContain(UInt128 prefix, in Vector256<uint> mask)
    {
        var block = SplitBlockFilter.BlockOf(prefix, _header.FilterBlockCount);
        var offset = _filterOffset + ((long)block * SplitBlockFilter.BlockBytes);
        return SplitBlockFilter.MayContain(_file.Slice(offset, SplitBlockFilter.BlockBytes), mask);
    }

    private ChunkLocation Locate(IndexEntry entry)
    {
        if (entry.Pack >= (uint)PackCount || entry.StoredLength > RecordHeader.MaximumStoredBytes
            || !PlainLengthAndFlags.IsValid(entry.PlainAndFlags))
        {
            throw new CorruptDataException(
                $"{_fileName} is damaged: its entry for {entry.Prefix:x32} points nowhere. The chunk may be intact: "
                + "packs hold everything that an index is made of; run 'rebuild-index'.");
        }

        var pack = PackAt((int)entry.Pack).PackId;
        return new ChunkLocation(pack, entry.Offset, (int)entry.StoredLength, entry.PlainLength);
    }

    private static void CheckPackTable(IMappedObject file, IndexHeader header, string fileName)
    {
        var trailer = IndexTrailer.Read(file.Slice(header.TrailerOffset, IndexTrailer.SizeBytes), fileName);
        var table = file.Slice(IndexHeader.PackTableOffset, header.PackCount * IndexPack.SizeBytes);
        if (trailer.FileLength != header.FileLength || trailer.PackTableCrc != Crc32C.Compute(table))
        {
            throw new CorruptDataException(
                $"{fileName} is damaged: its pack table does not fit its trailer. "
                + "Packs hold everything that an index is made of: run 'rebuild-index', which makes it again.");
        }
    }
}
