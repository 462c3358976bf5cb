using System.CommandLine;

namespace BackupEngine.DataPlane.CommandLine.Verification;

/// <summary>`rebuild-index`: makes damaged or missing index segments again, from packs alone.</summary>
internal static class RebuildIndexCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var directory = CommonOptions.Repository();
        var command = new Command(
            "rebuild-index", "Make damaged or missing index segments again, from packs alone.") { directory };
        var key = new KeyOptions(command);
        Shell.Bind(command, async (invocation, cancellationToken) =>
        {
            using var repository = key.OpenForWhatNeedsNoKey(
                invocation, invocation.Arguments.GetRequiredValue(directory));
            var report = await ProgressDisplay.RunAsync(
                invocation.Output,
                "rebuild-index",
                progress => repository.RebuildIndexAsync(new VerifyProgressAdapter(progress), cancellationToken));
            invocation.Output.Result(report, DataPlaneJson.Default.RebuildReport, VerifyText.Of(report));
        });
        return command;
    }
}
