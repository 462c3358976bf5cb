using BackupEngine.ControlPlane.Bus;

namespace BackupEngine.ControlPlane.Api.Commands;

/// <summary>
/// Sends the command of a request whose record is committed. Whatever goes wrong is logged and the request is answered
/// as if it had not: the record says that its command was not sent, and the reconciler sends it.
/// </summary>
internal sealed class CommandDispatch(ICommandSender sender, ILogger<CommandDispatch> log)
{
    /// <summary>Sends to the backup services; answers with what went wrong, or null.</summary>
    public Task<string?> ToBackupServicesAsync<T>(T command)
        where T : class =>
        TryAsync(command, () => sender.SendToBackupServicesAsync(command, CancellationToken.None));

    /// <summary>Sends to the volume service of a host and notes in the record that it was sent.</summary>
    /// <param name="host">The host.</param>
    /// <param name="command">The command.</param>
    /// <param name="markSent">Notes it. Without the note the command is sent once more, which does no harm.</param>
    public Task ToVolumeServiceAsync<T>(string host, T command, Func<Task> markSent)
        where T : class => TryAsync(command, async () =>
        {
            await sender.SendToVolumeServiceAsync(host, command, CancellationToken.None);
            await markSent();
        });

    /// <summary>A client that goes away does not stop a command: its record is committed.</summary>
    private async Task<string?> TryAsync<T>(T command, Func<Task> send)
    {
        try
        {
            await send();
            return null;
        }
        catch (Exception error)
        {
            log.LogWarning(error, "{Command} was not sent; the reconciler will send it", command);
            return error.Message;
        }
    }
}
