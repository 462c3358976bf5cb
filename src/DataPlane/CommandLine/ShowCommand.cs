using System.CommandLine;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`show`: one backup.</summary>
internal static class ShowCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var directory = CommonOptions.Repository();
        var backup = CommonOptions.Backup();
        var command = new Command("show", "Show one backup.") { directory, backup };
        var key = new KeyOptions(command);
        Shell.Bind(command, (invocation, _) =>
        {
            using var repository = key.Open(invocation, invocation.Arguments.GetRequiredValue(directory));
            var id = invocation.Arguments.GetRequiredValue(backup);
            var view = new BackupView(repository.GetManifest(id), repository.GetHold(id), repository.ListHarmed());
            invocation.Output.Result(view, DataPlaneJson.Default.BackupView, Lines(view));
            return Task.CompletedTask;
        });
        return command;
    }

    private static IEnumerable<string> Lines(BackupView view) =>
    [
        $"backup       {view.BackupId}",
        $"volume       {view.VolumeId}, {SizeText.Format(view.VolumeBytes)}",
        $"chunk size   {SizeText.Format(view.ChunkSizeBytes)}",
        $"parent       {view.ParentId ?? "none: full"}",
        $"hold         {view.Hold}",
        $"created      {view.CreatedAt:yyyy-MM-dd HH:mm:ss}Z",
        $"read         {SizeText.Format(view.BytesRead)}, of which zero {SizeText.Format(view.ZeroBytes)}",
        $"unchanged    {SizeText.Format(view.BytesUnchanged)}",
        $"new          {SizeText.Format(view.BytesNew)} in {view.ChunksNew} chunks",
        $"stored       {SizeText.Format(view.BytesStored)}, metadata {SizeText.Format(view.MetadataBytes)}",
        $"root         {view.RootId}",
        .. view.HarmedRanges.Select(
            range => $"HARMED       {SizeText.Format(range.LengthBytes)} at offset {range.OffsetBytes} are lost"),
    ];
}
