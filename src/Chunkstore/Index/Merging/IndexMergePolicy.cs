using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Index.Merging;

/// <summary>
/// Which segments are to be merged. Segments are of levels: those of the lowest have less than <see
/// cref="SmallEntries"/> entries, those of each other one up to <see cref="Ratio"/> times as many as those below. As
/// soon as a level has that many segments, they become one. So there are at most 7 for each level, levels grow with the
/// logarithm of the number of chunks, and an entry is written about once for each level.
/// </summary>
internal static class IndexMergePolicy
{
    /// <summary>Segments that make one of the next level.</summary>
    public const int Ratio = 8;

    /// <summary>
    /// What one checkpoint of a backup has at most: below that, rewriting a segment again and again costs little.
    /// </summary>
    public const long SmallEntries = 256 * 1024;

    /// <summary>The segments to merge next; empty where there is nothing to do.</summary>
    /// <param name="segments">All that there are.</param>
    /// <param name="maximumEntries">Entries that may be merged at once.</param>
    public static IReadOnlyList<SegmentId> Choose(IEnumerable<SegmentSize> segments, long maximumEntries)
    {
        var levels = segments.GroupBy(segment => LevelOf(segment.Entries)).OrderBy(level => level.Key);
        return levels.Select(level => Fitting(level, maximumEntries)).FirstOrDefault(group => group.Count >= Ratio)
            ?? [];
    }

    /// <summary>The level of a segment.</summary>
    public static int LevelOf(long entries)
    {
        var level = 0;
        for (var limit = SmallEntries; entries >= limit && level < 62 / 3; limit *= Ratio)
        {
            level++;
        }

        return level;
    }

    /// <summary>The smallest ones, as far as they fit into one segment together.</summary>
    private static List<SegmentId> Fitting(IEnumerable<SegmentSize> level, long maximumEntries)
    {
        var fitting = new List<SegmentId>();
        long entries = 0, packs = 0;
        foreach (var segment in level.OrderBy(segment => segment.Entries))
        {
            entries += segment.Entries;
            packs += segment.Packs;
            if (entries > Math.Min(maximumEntries, IndexHeader.MaximumEntries) || packs > IndexHeader.MaximumPacks)
            {
                break;
            }

            fitting.Add(segment.Id);
        }

        return fitting;
    }
}
