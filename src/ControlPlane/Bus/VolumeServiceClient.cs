using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Workflows;
using MassTransit;

namespace BackupEngine.ControlPlane.Bus;

/// <summary>
/// The volume services over the bus: requests with answers, to the queue of the host that owns the volume. A request
/// that is not answered in time is sent once more, since every one may be repeated.
/// </summary>
public sealed class VolumeServiceClient(
    IBus bus, ICommandSender commands, EngineOptions options, TimeProvider time, ILogger<VolumeServiceClient> log)
    : IVolumeService
{
    private const int Attempts = 2;

    private static readonly TimeSpan PendingDelay = TimeSpan.FromSeconds(1);

    /// <inheritdoc/>
    public async Task<BackupDevice> GetBackupDeviceAsync(
        string host, GetBackupDevice request, CancellationToken cancellationToken)
    {
        string? activity = null;
        while (true)
        {
            var response =
                await RetryAsync<GetBackupDevice, Response<BackupDevice, BackupDevicePending, VolumeRequestRefused>>(
                host,
                client => client.GetResponse<BackupDevice, BackupDevicePending, VolumeRequestRefused>(
                    request, cancellationToken));
            if (response.Is(out Response<BackupDevice>? device))
                return device.Message;
            if (!response.Is(out Response<BackupDevicePending>? pending))
                throw Refused(response.Message);
            if (activity != pending.Message.Activity)
                log.LogInformation(
                    "Backup {BackupId} waits: {Activity}", request.BackupId, activity = pending.Message.Activity);
            await Task.Delay(PendingDelay, time, cancellationToken);
        }
    }

    /// <inheritdoc/>
    public Task<ChangedBlocks> GetChangedBlocksAsync(
        string host, GetChangedBlocks request, CancellationToken cancellationToken) =>
        AskAsync<GetChangedBlocks, ChangedBlocks>(host, request, cancellationToken);

    /// <inheritdoc/>
    public Task<DeviceExposed> ExposeAsync(string host, ExposeDevice request, CancellationToken cancellationToken) =>
        AskAsync<ExposeDevice, DeviceExposed>(host, request, cancellationToken);

    /// <inheritdoc/>
    public Task DisconnectAsync(string host, DisconnectDevice request, CancellationToken cancellationToken) =>
        AskAsync<DisconnectDevice, DeviceDisconnected>(host, request, cancellationToken);

    /// <inheritdoc/>
    public Task RemoveTemporaryObjectAsync(
        string host, RemoveTemporaryObject request, CancellationToken cancellationToken) =>
        AskAsync<RemoveTemporaryObject, TemporaryObjectRemoved>(host, request, cancellationToken);

    /// <inheritdoc/>
    public Task SettleBasePointAsync(string host, SettleBasePoint request, CancellationToken cancellationToken) =>
        AskAsync<SettleBasePoint, BasePointSettled>(host, request, cancellationToken);

    /// <inheritdoc/>
    public Task CreateVolumeAsync(string host, CreateVolume command, CancellationToken cancellationToken) =>
        commands.SendToVolumeServiceAsync(host, command, cancellationToken);

    private async Task<TAnswer> AskAsync<TRequest, TAnswer>(
        string host, TRequest request, CancellationToken cancellationToken)
        where TRequest : class
        where TAnswer : class
    {
        var response = await RetryAsync<TRequest, Response<TAnswer, VolumeRequestRefused>>(
            host, client => client.GetResponse<TAnswer, VolumeRequestRefused>(request, cancellationToken));
        return response.Is(out Response<TAnswer>? answer) ? answer.Message : throw Refused(response.Message);
    }

    private async Task<TResponse> RetryAsync<TRequest, TResponse>(
        string host, Func<IRequestClient<TRequest>, Task<TResponse>> ask)
        where TRequest : class
    {
        var timeout = RequestTimeout.After(s: options.VolumeRequestTimeoutSeconds);
        var client = bus.CreateRequestClient<TRequest>(QueueAddress.VolumeService(host), timeout);
        for (var attempt = 1; ; attempt++)
        {
            try
            {
                return await ask(client);
            }
            catch (RequestTimeoutException) when (attempt < Attempts)
            {
                log.LogWarning("{Request}: no answer from the volume service of {Host}; asking again", typeof(
                    TRequest).Name, host);
            }
            catch (RequestTimeoutException e)
            {
                throw new VolumeServiceException(
                    $"the volume service of host {host} did not answer {typeof(TRequest).Name} within " +
                    $"{Attempts} x {options.VolumeRequestTimeoutSeconds} s; see that it runs, then make the backup "
                    + "again", e);
            }
            catch (RequestFaultException e)
            {
                throw new VolumeServiceException(
                    $"the volume service of host {host} failed at {typeof(TRequest).Name}: " +
                    string.Join("; ", e.Fault?.Exceptions.Select(x => x.Message) ?? []), e);
            }
        }
    }

    private static VolumeServiceException Refused(object message) => new(((VolumeRequestRefused)message).Reason);
}
