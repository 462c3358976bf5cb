using System.CommandLine;
using BackupEngine.Chunkstore.Encryption;
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
        var encrypt = new Option<bool>("--encrypt")
        {
            Description = "Encrypt everything that is stored; needs a key. Decided once and for all.",
        };
        var like = new Option<string?>("--like")
        {
            Description = "Share chunk size and chunk ids with this repository, so that copy compares ids alone. "
                + "Neither may be encrypted.",
            HelpName = "DIR",
        };
        var command = new Command("init", "Create a repository.") { repository, chunkSize, encrypt, like };
        var key = new KeyOptions(command);
        var slot = new KeySlotFlags(command);
        Shell.Bind(command, (invocation, _) =>
        {
            using var secret = Secret(key, invocation, invocation.Arguments.GetValue(encrypt));
            using var model = invocation.Arguments.GetValue(like) is { } place
                ? Repository.OpenWithoutKey(place)
                : null;
            var options = new RepositoryOptions
            {
                ChunkSizeBytes = Check(
                    invocation.Arguments.GetValue(chunkSize)
                    ?? model?.ChunkSizeBytes
                    ?? RepositoryOptions.DefaultChunkSizeBytes),
                Like = model,
                Secret = secret,
                KeySlot = slot.Options(invocation.Arguments),
            };
            Create(invocation.Output, invocation.Arguments.GetRequiredValue(repository), options);
            return Task.CompletedTask;
        });
        return command;
    }

    private static RepositorySecret? Secret(KeyOptions key, Invocation invocation, bool encrypt)
    {
        if (encrypt)
        {
            return key.Require(invocation);
        }

        var secret = key.Read(invocation);
        return secret is null
            ? null
            : throw new UsageException(
                "A key was given, but not --encrypt: say that the repository is to be encrypted, or leave the key "
                + "away. Nothing was created.");
    }

    private static void Create(Output output, string directory, RepositoryOptions options)
    {
        using var repository = Repository.Create(directory, options);
        output.Result(
            new RepositoryView(directory, repository.Id, repository.ChunkSizeBytes, repository.IsEncrypted),
            DataPlaneJson.Default.RepositoryView,
            [$"Created {(repository.IsEncrypted ? "encrypted " : "")}repository {repository.Id} in {directory}."]);
    }

    private static int Check(long bytes) =>
        bytes is >= MinimumChunkSizeBytes and <= MaximumChunkSizeBytes && long.IsPow2(bytes)
            ? (int)bytes
            : throw new UsageException(
                $"A chunk size must be a power of two from 4 KiB to 4 MiB, not {bytes} bytes. Nothing was created.");
}
