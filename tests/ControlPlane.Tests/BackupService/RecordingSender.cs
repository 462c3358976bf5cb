using System.Collections.Concurrent;
using BackupEngine.ControlPlane.Bus;

namespace BackupEngine.ControlPlane.Tests.BackupService;

/// <summary>Keeps what was sent.</summary>
internal sealed class RecordingSender : ICommandSender
{
    public ConcurrentQueue<object> Sent { get; } = [];

    public Task SendToBackupServicesAsync<T>(T command, CancellationToken cancellationToken)
        where T : class
    {
        Sent.Enqueue(command);
        return Task.CompletedTask;
    }

    public Task SendToVolumeServiceAsync<T>(string host, T command, CancellationToken cancellationToken)
        where T : class
    {
        Sent.Enqueue(command);
        return Task.CompletedTask;
    }
}
