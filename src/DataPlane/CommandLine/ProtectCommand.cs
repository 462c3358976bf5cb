using System.CommandLine;
using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Retention;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`protect` and `unprotect`: whether delete and prune may remove a backup.</summary>
internal static class ProtectCommand
{
    /// <summary>Builds `protect`.</summary>
    public static Command BuildProtect() => Build(
        new Command("protect", "Keep a backup from being deleted or pruned."),
        static (repository, id) => repository.ProtectBackup(id),
        HoldState.Protected);

    /// <summary>Builds `unprotect`.</summary>
    public static Command BuildUnprotect() => Build(
        new Command("unprotect", "Take the protection of a backup away."),
        static (repository, id) => repository.UnprotectBackup(id),
        HoldState.Free);

    /// <summary>A hold in words.</summary>
    public static string WordFor(HoldState hold) => hold switch
    {
        HoldState.Protected => "protected",
        HoldState.Deleting => "deleting",
        _ => "free",
    };

    private static Command Build(Command command, Action<Repository, BackupId> change, HoldState after)
    {
        var directory = CommonOptions.Repository();
        var backup = CommonOptions.Backup();
        command.Add(directory);
        command.Add(backup);
        var key = new KeyOptions(command);
        Shell.Bind(command, (invocation, _) =>
        {
            using var repository = key.OpenForWhatNeedsNoKey(
                invocation, invocation.Arguments.GetRequiredValue(directory));
            var id = invocation.Arguments.GetRequiredValue(backup);
            change(repository, id);
            invocation.Output.Result(
                new ProtectionView(id.Value, WordFor(after)),
                DataPlaneJson.Default.ProtectionView,
                [$"Backup {id} is {(after == HoldState.Protected ? "protected" : "not protected any more")}."]);
            return Task.CompletedTask;
        });
        return command;
    }
}
