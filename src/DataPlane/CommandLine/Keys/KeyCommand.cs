using System.CommandLine;
using BackupEngine.DataPlane.Keys;

namespace BackupEngine.DataPlane.CommandLine.Keys;

/// <summary>`key`: what opens an encrypted repository.</summary>
internal static class KeyCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build() => new("key", "Keys of an encrypted repository. No data are rewritten.")
    {
        Generate(),
        Add(),
        Remove(),
        List(),
        Rotate(),
    };

    private static Command Generate()
    {
        var file = new Argument<string>("FILE") { Description = "The new file; one that is there is not replaced." };
        var command = new Command("generate", "Make a key file of 32 random bytes.") { file };
        Shell.Bind(command, (invocation, _) =>
        {
            var path = invocation.Arguments.GetRequiredValue(file);
            SecretFile.Generate(path);
            invocation.Output.Result(
                new KeyFileView(path),
                DataPlaneJson.Default.KeyFileView,
                [$"Key file {path} is made. Keep a copy elsewhere: without any key, backups cannot be read."]);
            return Task.CompletedTask;
        });
        return command;
    }

    private static Command Add()
    {
        var directory = CommonOptions.Repository();
        var command = new Command("add", "Add a passphrase or a key file that opens the repository.") { directory };
        var key = new KeyOptions(command);
        var added = new KeyOptions(command, "new-", "the new key slot");
        var flags = new KeySlotFlags(command);
        Shell.Bind(command, (invocation, _) =>
        {
            var options = flags.Options(invocation.Arguments);
            using var repository = key.Open(invocation, invocation.Arguments.GetRequiredValue(directory));
            using var secret = added.Require(invocation);
            var slot = repository.KeyRing.Add(secret, options);
            invocation.Output.Result(
                new KeySlotChangeView(slot), DataPlaneJson.Default.KeySlotChangeView, [$"Key slot {slot} is added."]);
            return Task.CompletedTask;
        });
        return command;
    }

    private static Command Remove()
    {
        var directory = CommonOptions.Repository();
        var slot = new Option<string>("--slot")
        {
            Description = "The key slot, as 'key list' names it; not the one that the given key opens.",
            HelpName = "ID",
            Required = true,
        };
        var command = new Command("remove", "Remove a key slot; what it was opened by opens it no more.")
        {
            directory,
            slot,
        };
        var key = new KeyOptions(command);
        Shell.Bind(command, (invocation, _) =>
        {
            using var repository = key.Open(invocation, invocation.Arguments.GetRequiredValue(directory));
            var id = invocation.Arguments.GetRequiredValue(slot);
            repository.KeyRing.Remove(id);
            invocation.Output.Result(
                new KeySlotChangeView(id), DataPlaneJson.Default.KeySlotChangeView, [$"Key slot {id} is removed."]);
            return Task.CompletedTask;
        });
        return command;
    }

    private static Command List()
    {
        var directory = CommonOptions.Repository();
        var command = new Command("list", "List the key slots; needs no key.") { directory };
        var key = new KeyOptions(command);
        Shell.Bind(command, (invocation, _) =>
        {
            var path = invocation.Arguments.GetRequiredValue(directory);
            using var repository = key.OpenForWhatNeedsNoKey(invocation, path);
            var slots = repository.KeyRing.List();
            var epoch = repository.IsLocked ? (long?)null : repository.KeyRing.CurrentEpoch;
            invocation.Output.Result(
                new KeyListView(epoch, [.. slots.Select(found => new KeySlotView(found))]),
                DataPlaneJson.Default.KeyListView,
                KeyListText.Of(slots, epoch));
            return Task.CompletedTask;
        });
        return command;
    }

    private static Command Rotate()
    {
        var directory = CommonOptions.Repository();
        var command = new Command("rotate", "Encrypt new packs under a new data key; old ones stay as they are.")
        {
            directory,
        };
        var key = new KeyOptions(command);
        Shell.Bind(command, (invocation, _) =>
        {
            using var repository = key.Open(invocation, invocation.Arguments.GetRequiredValue(directory));
            var epoch = repository.KeyRing.Rotate();
            invocation.Output.Result(
                new KeyEpochView(epoch), DataPlaneJson.Default.KeyEpochView, [$"Key epoch {epoch} has begun."]);
            return Task.CompletedTask;
        });
        return command;
    }
}
