using System.CommandLine;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`init`: creates a repository.</summary>
internal static class InitCommand
{
    private const int MinimumChunkSizeBytes = 4 * 1024;
    private const int MaximumChunkSizeBytes = 4 * 1024 * 1024;

    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var repository = CommonOptions.Repository();
        var chunkSize = CommonOptions.Size("--chunk-size", "A power of two from 4KiB to 4MiB. Default: 64KiB.");
        var command = new Command("init", "Create a repository.") { repository, chunkSize };
        Shell.Bind(command, (invocation, _) =>
        {
            var directory = invocation.Arguments.GetRequiredValue(repository);
            Create(invocation.Output, directory, invocation.Arguments.GetValue(chunkSize));
            return Task.CompletedTask;
        });
        return command;
    }

    private static void Create(Output output, string directory, long? chunkSizeBytes)
    {
        var options = new RepositoryOptions
        {
            ChunkSizeBytes = Check(chunkSizeBytes ?? RepositoryOptions.DefaultChunkSizeBytes),
        };
        using var repository = Repository.Create(directory, options);
        output.Result(
            new RepositoryView(directory, repository.Id, repository.ChunkSizeBytes),
            DataPlaneJson.Default.RepositoryView,
            [$"Created repository {repository.Id} in {directory}."]);
    }

    private static int Check(long bytes) =>
        bytes is >= MinimumChunkSizeBytes and <= MaximumChunkSizeBytes && long.IsPow2(bytes)
            ? (int)bytes
            : throw new UsageException(
                $"A chunk size must be a power of two from 4 KiB to 4 MiB, not {bytes} bytes. Nothing was created.");
}
