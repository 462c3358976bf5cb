using System.CommandLine;
using BackupEngine.Chunkstore.Index.Merging;

namespace BackupEngine.DataPlane.CommandLine.Index;

/// <summary>`index merge`: makes few index segments out of many.</summary>
internal static class IndexCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build() => new("index", "Work on the index of a repository.") { BuildMerge() };

    private static Command BuildMerge()
    {
        var directory = CommonOptions.Repository();
        var command = new Command(
            "merge", "Make few index segments out of many. Nothing but the index changes.") { directory };
        var key = new KeyOptions(command);
        Shell.Bind(command, async (invocation, cancellationToken) =>
        {
            using var repository = key.OpenForWhatNeedsNoKey(
                invocation, invocation.Arguments.GetRequiredValue(directory));
            var report = await repository.MergeIndexAsync(new IndexMergeOptions(), cancellationToken);
            invocation.Output.Result(report, DataPlaneJson.Default.IndexMergeReport, Words(report));
        });
        return command;
    }

    private static IEnumerable<string> Words(IndexMergeReport report) =>
    [
        $"{report.Merges} merges of {report.EntriesMerged} entries: "
            + $"{report.SegmentsBefore} segments before, {report.SegmentsAfter} now",
        .. report.Warnings.Select(warning => $"  WARNING    {warning}"),
    ];
}
