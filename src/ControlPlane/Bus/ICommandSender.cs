namespace BackupEngine.ControlPlane.Bus;

/// <summary>
/// Sends one-way commands. A command whose send failed is not lost: its record says that it was not sent, and the
/// reconciler sends it again. So may one be sent twice: every consumer is idempotent by the id in the command.
/// </summary>
public interface ICommandSender
{
    /// <summary>Sends to the one queue that all backup services share; one of them takes it.</summary>
    /// <exception cref="CommandNotSentException">The broker did not take it.</exception>
    Task SendToBackupServicesAsync<T>(T command, CancellationToken cancellationToken)
        where T : class;

    /// <summary>Sends to the volume service of one host.</summary>
    /// <param name="host">The host that owns the volume, as its record names it.</param>
    /// <param name="command">The command.</param>
    /// <param name="cancellationToken">Gives up.</param>
    /// <exception cref="CommandNotSentException">The broker did not take it.</exception>
    Task SendToVolumeServiceAsync<T>(string host, T command, CancellationToken cancellationToken)
        where T : class;
}
