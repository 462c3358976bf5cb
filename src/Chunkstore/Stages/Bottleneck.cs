using System.Globalization;

namespace BackupEngine.Chunkstore.Stages;

/// <summary>Names what a job is bound by: that for which its workers spent most of their time.</summary>
internal static class Bottleneck
{
    /// <summary>Below this share of their time on a processor, computing threads were waiting for one.</summary>
    private const double ComputingShare = 0.7;

    public static string Of(StageTotals totals, IReadOnlyList<Stage> stages)
    {
        var all = stages.Sum(totals.WallSeconds);
        if (all <= 0)
        {
            return "nothing: there was nothing to do";
        }

        var group = stages.GroupBy(ResourceOf).MaxBy(group => group.Sum(totals.WallSeconds))!;
        var share = group.Sum(totals.WallSeconds) / all;
        var largest = group.MaxBy(totals.WallSeconds);
        return group.Key == Resource.Processor
            ? $"the processor: {Percent(share)} of the workers' time, most of it in {WordsFor(largest)} "
                + $"({Percent(totals.WallSeconds(largest) / all)}){Crowded(totals, [.. group])}"
            : $"{WordsFor(group.Key)}: workers spent {Percent(share)} of their time {WordsFor(largest)}";
    }

    private static string Crowded(StageTotals totals, IReadOnlyList<Stage> group) =>
        group.Sum(totals.CpuSeconds) < group.Sum(totals.WallSeconds) * ComputingShare
            ? "; other work on this machine took a part of it"
            : "";

    private static Resource ResourceOf(Stage stage) => stage switch
    {
        Stage.Read or Stage.WaitForData => Resource.Source,
        Stage.WaitForPacks or Stage.PackWrite or Stage.PackFlush or Stage.Commit or Stage.PackRead =>
            Resource.Repository,
        Stage.TargetRead or Stage.TargetWrite or Stage.Zeroing or Stage.TargetFlush => Resource.Target,
        Stage.WaitForWork => Resource.Plan,
        _ => Resource.Processor,
    };

    private static string WordsFor(Resource resource) => resource switch
    {
        Resource.Source => "the source device, or its rate limit",
        Resource.Repository => "the repository's disk",
        Resource.Target => "the target device, or its rate limit",
        _ => "the plan",
    };

    private static string WordsFor(Stage stage) => stage switch
    {
        Stage.Read => "reading it",
        Stage.WaitForData => "waiting for data of it",
        Stage.ZeroScan => "looking for zeros",
        Stage.Hash => "hashing",
        Stage.Compare => "comparing with the parent",
        Stage.Lookup => "looking chunks up",
        Stage.Compress => "compressing",
        Stage.Encrypt => "encrypting",
        Stage.Append => "copying records into packs",
        Stage.WaitForPacks => "waiting for packs to be written",
        Stage.PackWrite => "writing packs",
        Stage.PackFlush => "making packs durable",
        Stage.Commit => "publishing the backup",
        Stage.PackDigest => "digests of packs",
        Stage.Tree => "the tree",
        Stage.PackRead => "reading packs",
        Stage.Decrypt => "decrypting",
        Stage.Decompress => "decompressing",
        Stage.Verify => "checking chunks",
        Stage.TargetRead => "reading it",
        Stage.TargetWrite => "writing it",
        Stage.Zeroing => "zeroing it",
        Stage.TargetFlush => "flushing it",
        _ => "waiting for work",
    };

    private static string Percent(double share) => share.ToString("P0", CultureInfo.InvariantCulture).Replace(" ", "");

    private enum Resource
    {
        Processor,
        Source,
        Repository,
        Target,
        Plan,
    }
}
