namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>
/// What may be in a file after a loss of power: writes that were not flushed are kept, lost or torn, in any order; the
/// length is kept or lost for itself; where bytes were lost there are zeros or what lay on the disk before.
/// </summary>
internal static class FileContents
{
    private const int MaximumSubsets = 64;

    /// <summary>All contents that are tried; one where everything is durable.</summary>
    public static IReadOnlyList<byte[]> Of(DiskFile file, long lossTime)
    {
        var written = file.Writes.Where(write => write.Start < lossTime).ToList();
        var pending = written.Where(write => !file.IsDurable(write, lossTime)).ToList();
        var whole = Apply(written, written.Count == 0 ? 0 : written.Max(write => write.Limit));
        if (pending.Count == 0)
        {
            return [whole];
        }

        var durable = written.Except(pending).ToList();
        var durableBytes = Apply(durable, durable.Count == 0 ? 0 : durable.Max(write => write.Limit));
        var options = new List<byte[]> { whole, durableBytes };
        foreach (var fill in new[] { Fill.Zeros, Fill.Garbage })
        {
            var lost = Extended(durableBytes, whole.Length, fill, file.Number);
            options.Add(lost);
            foreach (var unit in new[] { 512, 4096 })
            {
                AddTorn(options, pending, (lost, whole), unit, file.Number);
            }
        }

        return [.. options.DistinctBy(Convert.ToHexString)];
    }

    /// <summary>
    /// For each unit alone: lost, and kept; everything up to a unit, with the length and without; and random sets.
    /// </summary>
    private static void AddTorn(
        List<byte[]> options, List<DiskWrite> pending, (byte[] Lost, byte[] Kept) bytes, int unit, int seed)
    {
        var units = pending.SelectMany(write => Enumerable.Range(
            write.Offset / unit, ((write.Limit - 1) / unit) - (write.Offset / unit) + 1)).Distinct().Order().ToList();
        foreach (var one in units.Count <= MaximumSubsets ? units : [.. units.Where((_, i) => i % 7 == 0)])
        {
            options.Add(Mixed(bytes.Kept, bytes.Lost, unit, other => other == one));
            options.Add(Mixed(bytes.Lost, bytes.Kept, unit, other => other == one));
            var upTo = Mixed(bytes.Lost, bytes.Kept, unit, other => other <= one);
            options.Add(upTo);
            options.Add(upTo[..Math.Min(upTo.Length, (one + 1) * unit)]);
        }

        var random = new Random(seed);
        for (var i = 0; i < Math.Min(MaximumSubsets, 1 << Math.Min(units.Count, 8)); i++)
        {
            var kept = units.Where(_ => random.Next(2) == 0).ToHashSet();
            options.Add(Mixed(bytes.Lost, bytes.Kept, unit, kept.Contains));
        }
    }

    private static byte[] Mixed(byte[] first, byte[] second, int unit, Func<int, bool> isSecond) =>
        [.. first.Select((value, i) => isSecond(i / unit) ? second[i] : value)];

    private static byte[] Apply(IEnumerable<DiskWrite> writes, int length)
    {
        var bytes = new byte[length];
        foreach (var write in writes)
        {
            write.Bytes.CopyTo(bytes.AsSpan(write.Offset));
        }

        return bytes;
    }

    private static byte[] Extended(byte[] bytes, int length, Fill fill, int seed)
    {
        var extended = new byte[length];
        if (fill == Fill.Garbage)
        {
            new Random(seed).NextBytes(extended);
        }

        bytes.CopyTo(extended, 0);
        return extended;
    }

    private enum Fill
    {
        Zeros,
        Garbage,
    }
}
