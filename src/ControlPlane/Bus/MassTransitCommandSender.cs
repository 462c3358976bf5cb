using MassTransit;

namespace BackupEngine.ControlPlane.Bus;

/// <summary>Sends commands over the configured transport. It waits for the broker for a short time only.</summary>
public sealed class MassTransitCommandSender(IBus bus) : ICommandSender
{
    /// <summary>
    /// A request of the REST API waits no longer than this for the broker; the reconciler sends the command later.
    /// </summary>
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(5);

    /// <inheritdoc/>
    public Task SendToBackupServicesAsync<T>(T command, CancellationToken cancellationToken)
        where T : class => SendAsync(QueueAddress.BackupServices, command, cancellationToken);

    /// <inheritdoc/>
    public Task SendToVolumeServiceAsync<T>(string host, T command, CancellationToken cancellationToken)
        where T : class => SendAsync(QueueAddress.VolumeService(host), command, cancellationToken);

    private async Task SendAsync<T>(Uri address, T command, CancellationToken cancellationToken)
        where T : class
    {
        using var patience = CancellationTokenSource.CreateLinkedTokenSource(cancellationToken);
        patience.CancelAfter(Patience);
        try
        {
            var endpoint = await bus.GetSendEndpoint(address).WaitAsync(patience.Token);
            await endpoint.Send(command, patience.Token).WaitAsync(patience.Token);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            throw new CommandNotSentException(
                $"{typeof(T).Name} could not be sent to {address}: {Cause(e)}. Its record waits and it will be sent "
                + "again.", e);
        }
    }

    private static string Cause(Exception e) => e is OperationCanceledException
        ? $"the broker did not take it within {Patience.TotalSeconds:0} s"
        : e.Message;
}
