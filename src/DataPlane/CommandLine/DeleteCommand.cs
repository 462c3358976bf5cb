using System.CommandLine;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>`delete`: removes one backup; others are untouched, those based on it as well.</summary>
internal static class DeleteCommand
{
    /// <summary>Builds the command.</summary>
    public static Command Build()
    {
        var directory = CommonOptions.Repository();
        var backup = CommonOptions.Backup();
        var command = new Command("delete", "Delete a backup. Others stay complete.")
        {
            directory,
            backup,
        };
        var key = new KeyOptions(command);
        Shell.Bind(command, (invocation, _) =>
        {
            using var repository = key.Open(invocation, invocation.Arguments.GetRequiredValue(directory));
            var id = invocation.Arguments.GetRequiredValue(backup);
            repository.DeleteBackup(id);
            invocation.Output.Result(
                new DeletedView(id.Value), DataPlaneJson.Default.DeletedView, [$"Backup {id} is deleted."]);
            return Task.CompletedTask;
        });
        return command;
    }
}
