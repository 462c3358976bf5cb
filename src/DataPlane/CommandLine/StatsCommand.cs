using System.CommandLine;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`stats`: counts and sizes of a repository.</summary>
internal static class StatsCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var directory = CommonOptions.Repository();
        var command = new Command("stats", "Show counts and sizes of a repository.") { directory };
        var key = new KeyOptions(command);
        Shell.Bind(command, (invocation, _) =>
        {
            using var repository = key.Open(invocation, invocation.Arguments.GetRequiredValue(directory));
            var view = new StatisticsView(repository.Id, repository.ChunkSizeBytes, repository.GetStatistics());
            invocation.Output.Result(view, DataPlaneJson.Default.StatisticsView, Lines(view));
            return Task.CompletedTask;
        });
        return command;
    }

    private static IEnumerable<string> Lines(StatisticsView view) =>
    [
        $"repository   {view.RepositoryId}, chunks of {SizeText.Format(view.ChunkSizeBytes)}",
        $"backups      {view.Statistics.Backups}, of volumes of {SizeText.Format(view.Statistics.VolumeBytes)} in all",
        $"chunks       {view.Statistics.Chunks}",
        $"data         {SizeText.Format(view.Statistics.DataPackBytes)} in {view.Statistics.DataPacks} packs",
        $"metadata     {SizeText.Format(view.Statistics.MetadataPackBytes)} in {view.Statistics.MetadataPacks} packs",
        $"index        {SizeText.Format(view.Statistics.IndexBytes)} in {view.Statistics.IndexSegments} segments",
        $"sessions     {view.Statistics.Sessions}",
    ];
}
