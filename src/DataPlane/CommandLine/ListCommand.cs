using System.CommandLine;

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
            var holds = repository.ListHolds();
            var harmed = repository.ListHarmed();
            var backups = repository.ListManifests()
                .Select(manifest => new BackupView(manifest, holds.GetValueOrDefault(manifest.BackupId), harmed))
                .ToList();
            invocation.Output.Result(
                new BackupListView(backups), DataPlaneJson.Default.BackupListView, Lines(backups));
            return Task.CompletedTask;
        });
        return command;
    }

    private static IEnumerable<string> Lines(IReadOnlyList<BackupView> backups) => backups
        .Select(backup => Row(
            backup.BackupId,
            backup.VolumeId,
            $"{backup.CreatedAt:yyyy-MM-dd HH:mm:ss}Z",
            SizeText.Format(backup.VolumeBytes),
            SizeText.Format(backup.BytesStored),
            backup.Hold == "free" ? "-" : backup.Hold,
            (backup.ParentId ?? "-") + (backup.HarmedRanges.Count > 0 ? "  HARMED" : "")))
        .Prepend(Row("BACKUP", "VOLUME", "CREATED", "SIZE", "STORED", "HOLD", "PARENT"));

    private static string Row(
        string backup, string volume, string created, string size, string stored, string hold, string parent) =>
        $"{backup,-36}  {volume,-36}  {created,-20}  {size,11}  {stored,11}  {hold,-9}  {parent}";
}
