using System.Buffers.Binary;
using System.Diagnostics;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// Cuts the space of prefixes into equal buckets of about 512 entries, and says where each begins. With it a search
/// begins within some ten entries of the right one, so that most lookups read one page of entries. Made from sorted
/// entries, one after another. Byte table: docs/format.md, "Guide".
/// </summary>
internal sealed class IndexGuide
{
    /// <summary>Bytes of one number.</summary>
    public const int NumberBytes = sizeof(ulong);

    private const int EntriesPerBucket = 512;

    /// <summary>Entries begin at a multiple of their size after the filter, so that none lies in two pages.</summary>
    private const int Alignment = 32;

    private readonly long _buckets;
    private readonly byte[] _bytes;
    private long _begun;
    private ulong _entries;

    /// <summary>An empty guide for a number of entries.</summary>
    public IndexGuide(long entries)
    {
        _buckets = BucketsFor(entries);
        _bytes = new byte[SizeBytes(entries)];
    }

    /// <summary>Buckets for a number of entries.</summary>
    public static long BucketsFor(long entries) => Math.Max(1, (entries + EntriesPerBucket - 1) / EntriesPerBucket);

    /// <summary>Bytes of a guide for a number of entries, its padding included.</summary>
    public static long SizeBytes(long entries) =>
        (((BucketsFor(entries) + 1) * NumberBytes) + Alignment - 1) / Alignment * Alignment;

    /// <summary>The bucket that a prefix belongs to.</summary>
    public static long BucketOf(UInt128 prefix, long buckets) => (long)(((ulong)(prefix >> 96) * (ulong)buckets) >> 32);

    /// <summary>
    /// The lowest key of a bucket; 0, as the number after the highest one, for the bucket after the last.
    /// </summary>
    public static ulong FirstKeyOf(long bucket, long buckets) =>
        ((((ulong)bucket << 32) + (ulong)buckets - 1) / (ulong)buckets) << 32;

    /// <summary>Adds the next entry.</summary>
    public void Add(UInt128 prefix)
    {
        BeginBucketsTo(BucketOf(prefix, _buckets));
        _entries++;
    }

    /// <summary>The guide, when all entries were added.</summary>
    public ReadOnlyMemory<byte> Complete()
    {
        BeginBucketsTo(_buckets);
        return _bytes;
    }

    private void BeginBucketsTo(long bucket)
    {
        Debug.Assert(bucket <= _buckets, "a prefix has no bucket");
        for (; _begun <= bucket; _begun++)
        {
            BinaryPrimitives.WriteUInt64LittleEndian(_bytes.AsSpan((int)(_begun * NumberBytes)), _entries);
        }
    }
}
