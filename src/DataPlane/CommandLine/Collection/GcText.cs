using BackupEngine.Chunkstore.Collection;

namespace BackupEngine.DataPlane.CommandLine.Collection;

/// <summary>What a collection did, in words.</summary>
internal static class GcText
{
    /// <summary>The lines for people.</summary>
    public static IEnumerable<string> Of(CollectReport report) =>
    [
        $"{(report.DryRun ? "Would delete" : "Deleted")} {report.DeletedPacks} packs, "
            + $"{SizeText.Format(report.DeletedBytes)}",
        $"  backups    {report.Backups}",
        $"  packs      {report.Packs}, {SizeText.Format(report.PackBytes)}, "
            + $"{SizeText.Format(report.LiveBytes)} in use",
        $"  rewritten  {report.CopiedRecords} records, {SizeText.Format(report.CopiedBytes)}",
        $"  rescued    {report.RescuedPacks} packs that something has begun to rely on",
        $"  waited     for {report.WaitedForSessions} sessions that were at work",
        .. report.IndexMerge is { } merge
            ? [$"  index      {merge.SegmentsBefore} segments before, {merge.SegmentsAfter} now"]
            : Array.Empty<string>(),
        .. report.DamagedPacks > 0
            ? [$"  DAMAGED    {report.DamagedPacks} packs were kept; run verify --level data"]
            : Array.Empty<string>(),
        .. report.FencedSessions > 0
            ? [$"  ended      {report.FencedSessions} backups that did not answer"]
            : Array.Empty<string>(),
        .. report.Warnings.Select(warning => $"  WARNING    {warning}"),
    ];
}
