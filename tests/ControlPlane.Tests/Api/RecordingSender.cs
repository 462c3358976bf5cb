using System.Collections.Concurrent;
using BackupEngine.ControlPlane.Bus;

namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>Records what is sent; refuses while the broker is said to be down.</summary>
internal sealed class RecordingSender : ICommandSender
{
    private readonly ConcurrentQueue<(string Queue, object Command)> _sent = new();

    public bool IsDown { get; set; }

    public Task SendToBackupServicesAsync<T>(T command, CancellationToken cancellationToken)
        where T : class => SendAsync("backup", command);

    public Task SendToVolumeServiceAsync<T>(string host, T command, CancellationToken cancellationToken)
        where T : class => SendAsync("volume-" + host, command);

    public IReadOnlyList<(string Queue, T Command)> Of<T>() =>
        [.. _sent.Where(sent => sent.Command is T).Select(sent => (sent.Queue, (T)sent.Command))];

    private Task SendAsync(string queue, object command)
    {
        if (IsDown)
            throw new CommandNotSentException("The broker is down.");
        _sent.Enqueue((queue, command));
        return Task.CompletedTask;
    }
}
