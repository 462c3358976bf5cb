namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// Finds a prefix among sorted, uniformly distributed ones: in a range of <i>n</i> the first guess is about the square
/// root of <i>n</i> away. Where the distribution is not uniform, bisection bounds the probes.
/// </summary>
internal static class InterpolationSearch
{
    /// <summary>Guesses before bisection takes over.</summary>
    private const int MaximumGuesses = 6;

    /// <summary>Position of the first entry with that prefix, or -1.</summary>
    public static long FindFirst<TPrefixes>(TPrefixes prefixes, in SearchRange range, UInt128 prefix)
        where TPrefixes : IPrefixes
    {
        var key = (ulong)(prefix >> 64);
        var (low, high, lowKey, highKey) = range;
        for (var probes = 1; low <= high; probes++)
        {
            var middle = probes <= MaximumGuesses ? Guess(key, low, high, lowKey, highKey) : low + ((high - low) / 2);
            var found = prefixes.PrefixAt(middle);
            if (found == prefix)
            {
                return FirstEqual(prefixes, range.First, prefix, middle);
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

        var share = (double)(key - lowKey) / range;
        return low + Math.Min(high - low, (long)(share * (high - low)));
    }

    /// <summary>Equal prefixes are in one bucket, so none is before the range.</summary>
    private static long FirstEqual<TPrefixes>(TPrefixes prefixes, long first, UInt128 prefix, long position)
        where TPrefixes : IPrefixes
    {
        while (position > first && prefixes.PrefixAt(position - 1) == prefix)
        {
            position--;
        }

        return position;
    }
}
