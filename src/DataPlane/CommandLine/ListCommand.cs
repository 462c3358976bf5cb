using System.CommandLine;
using BackupEngine.Chunkstore.Manifests;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`list`: the backups of a repository.</summary>
internal static class ListCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var directory = CommonOptions.Repository();
        var command = new Command("list", "List the backups of a repository, oldest first.") { directory };
        var key = new KeyOptions(command);
        Shell.Bind(command, (invocation, _) =>
        {
            using var repository = key.Open(invocation, invocation.Arguments.GetRequiredValue(directory));
            var manifests = repository.ListManifests();
            invocation.Output.Result(
                new BackupListView([.. manifests.Select(manifest => new BackupView(manifest))]),
                DataPlaneJson.Default.BackupListView,
                Lines(manifests));
            return Task.CompletedTask;
        });
        return command;
    }

    private static IEnumerable<string> Lines(IReadOnlyList<Manifest> manifests) => manifests
        .Select(manifest => Row(
            manifest.BackupId.Value,
            manifest.VolumeId,
            $"{manifest.CreatedAt:yyyy-MM-dd HH:mm:ss}Z",
            SizeText.Format(manifest.Root.Shape.VolumeBytes),
            SizeText.Format(manifest.Statistics.BytesStored),
            manifest.ParentId?.Value ?? "-"))
        .Prepend(Row("BACKUP", "VOLUME", "CREATED", "SIZE", "STORED", "PARENT"));

    private static string Row(
        string backup, string volume, string created, string size, string stored, string parent) =>
        $"{backup,-36}  {volume,-36}  {created,-20}  {size,11}  {stored,11}  {parent}";
}
