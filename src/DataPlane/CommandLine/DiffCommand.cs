using System.CommandLine;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`diff`: where two backups differ.</summary>
internal static class DiffCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var directory = CommonOptions.Repository();
        var left = Backup("A");
        var right = Backup("B");
        var command = new Command("diff", "Show where two backups differ, in whole chunks.") { directory, left, right };
        var key = new KeyOptions(command);
        Shell.Bind(command, async (invocation, cancellationToken) =>
        {
            using var repository = key.Open(invocation, invocation.Arguments.GetRequiredValue(directory));
            var first = repository.GetManifest(invocation.Arguments.GetRequiredValue(left));
            var second = repository.GetManifest(invocation.Arguments.GetRequiredValue(right));
            using var session = repository.BeginRead(first, second);
            invocation.Logs.CreateLogger("diff").WarnOf(session);
            var view = await CompareAsync(repository, first, second, cancellationToken);
            invocation.Output.Result(view, DataPlaneJson.Default.DiffView, Lines(view));
        });
        return command;
    }

    private static Argument<BackupId> Backup(string name) => new(name)
    {
        Description = "A backup.",
        CustomParser = CommonOptions.ParseBackupId,
    };

    private static async Task<DiffView> CompareAsync(
        Repository repository, Manifest left, Manifest right, CancellationToken cancellationToken)
    {
        if (left.Root.Shape.ChunkSizeBytes != right.Root.Shape.ChunkSizeBytes)
        {
            throw new RepositoryException(
                $"Backups {left.BackupId} and {right.BackupId} have different chunk sizes and cannot be compared.");
        }

        var extents = new List<ChangedBlock>();
        var differences = ManifestTreeReader.DifferAsync(
            repository.OpenTree(left), repository.OpenTree(right), cancellationToken);
        await foreach (var extent in differences)
        {
            extents.Add(new ChangedBlock(extent.OffsetBytes, extent.LengthBytes));
        }

        return new DiffView(left.BackupId.Value, right.BackupId.Value, extents.Sum(extent => extent.Length), extents);
    }

    private static IEnumerable<string> Lines(DiffView view) => view.Extents
        .Select(extent => $"{extent.Offset,16}  {extent.Length,12}")
        .Append($"{SizeText.Format(view.BytesDifferent)} differ in {view.Extents.Count} extents");
}
