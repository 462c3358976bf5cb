namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// Finds a prefix among sorted, uniformly distributed ones: the first guess is within a few times the square root of
/// the number of entries, the second within a few entries. Where the distribution is not uniform, bisection bounds the
/// probes.
/// </summary>
internal static class InterpolationSearch
{
    /// <summary>Guesses before bisection takes over.</summary>
    private const int MaximumGuesses = 6;

    /// <summary>Position of the first entry with that prefix, or -1.</summary>
    public static long FindFirst(IndexSegment segment, UInt128 prefix) => FindFirst(segment, prefix, out _);

    /// <summary>Position of the first entry with that prefix, or -1, and the number of entries looked at.</summary>
    public static long FindFirst(IndexSegment segment, UInt128 prefix, out int probes)
    {
        var key = (ulong)(prefix >> 64);
        long low = 0, high = segment.EntryCount - 1;
        ulong lowKey = 0, highKey = ulong.MaxValue;
        for (probes = 1; low <= high; probes++)
        {
            var middle = probes <= MaximumGuesses ? Guess(key, low, high, lowKey, highKey) : low + ((high - low) / 2);
            var found = segment.EntryAt(middle).Prefix;
            if (found == prefix)
            {
                return FirstEqual(segment, prefix, middle);
            }

            if (found < prefix)
            {
                low = middle + 1;
                lowKey = (ulong)(found >> 64);
            }
            else
            {
                high = middle - 1;
                highKey = (ulong)(found >> 64);
            }

            if (key < lowKey || key > highKey)
            {
                return -1;
            }
        }

        return -1;
    }

    private static long Guess(ulong key, long low, long high, ulong lowKey, ulong highKey)
    {
        var range = highKey - lowKey;
        if (range == 0)
        {
            return low + ((high - low) / 2);
        }

        var offset = (UInt128)(key - lowKey) * (ulong)(high - low) / range;
        return low + (long)offset;
    }

    private static long FirstEqual(IndexSegment segment, UInt128 prefix, long position)
    {
        while (position > 0 && segment.EntryAt(position - 1).Prefix == prefix)
        {
            position--;
        }

        return position;
    }
}
