namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// Chooses the chunks of a spot check: half of them where a faulty list of changed blocks is likeliest to be wrong
/// (the edges of what changed, and where partition tables and superblocks are), half at random.
/// </summary>
internal static class SpotCheckSample
{
    private const long FirstPartitionOffsetBytes = 1024 * 1024;

    /// <summary>Chunks that the plan does not read, sorted, each once.</summary>
    public static long[] Choose(BackupPlan plan, SpotCheckOptions options)
    {
        var unread = new UnreadChunks(plan);
        var size = options.SampleSize(unread.Count, plan.Shape.ChunkCount);
        var random = options.Seed is { } seed ? new Random(seed) : Random.Shared;
        var chosen = new SortedSet<long>();
        AddLikely(chosen, plan, unread, random, size / 2);
        while (chosen.Count < size)
        {
            chosen.Add(unread[random.NextInt64(unread.Count)]);
        }

        return [.. chosen];
    }

    private static void AddLikely(
        SortedSet<long> chosen, BackupPlan plan, UnreadChunks unread, Random random, long size)
    {
        foreach (var candidate in Likely(plan, random, size))
        {
            if (chosen.Count >= size)
            {
                return;
            }

            if (unread.Contains(candidate))
            {
                chosen.Add(candidate);
            }
        }
    }

    private static IEnumerable<long> Likely(BackupPlan plan, Random random, long tries)
    {
        yield return 0;
        yield return plan.Shape.ChunkCount - 1;
        yield return FirstPartitionOffsetBytes / plan.Shape.ChunkSizeBytes;
        for (var i = 0L; i < tries && plan.Ranges.Length > 0; i++)
        {
            var range = plan.Ranges[random.Next(plan.Ranges.Length)];
            yield return range.First - 1;
            yield return range.End;
        }
    }
}
