using BackupEngine.Chunkstore.Index;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>Orders the chunks of one request as they lie in their packs, and cuts that order into reads.</summary>
internal static class ReadPlan
{
    /// <summary>A gap between two records up to which one read over both is cheaper than two, in bytes.</summary>
    public const int MaximumGapBytes = 256 * 1024;

    /// <summary>Bytes that one read covers at most, unless one record alone is longer.</summary>
    public const int MaximumReadBytes = 4 * 1024 * 1024;

    /// <summary>Sorts by pack, then by offset.</summary>
    public static void Order(Span<PlannedRead> reads) => reads.Sort(static (left, right) =>
    {
        var order = left.Location.Pack.Value.CompareTo(right.Location.Pack.Value);
        return order != 0 ? order : left.Location.Offset.CompareTo(right.Location.Offset);
    });

    /// <summary>How many of the ordered chunks, from the first on, are read with one read.</summary>
    public static int CountInFirstRun(ReadOnlySpan<PlannedRead> reads)
    {
        var first = reads[0].Location;
        var end = first.End;
        var count = 1;
        while (count < reads.Length && Belongs(first, end, reads[count].Location))
        {
            end = Math.Max(end, reads[count].Location.End);
            count++;
        }

        return count;
    }

    private static bool Belongs(in ChunkLocation first, long end, in ChunkLocation next) =>
        next.Pack == first.Pack
        && next.Offset - end <= MaximumGapBytes
        && next.End - first.Offset <= MaximumReadBytes;
}
