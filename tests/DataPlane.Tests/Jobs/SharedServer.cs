using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>A server that all tests of a class use.</summary>
public sealed class SharedServer : IAsyncLifetime
{
    private readonly TemporaryFolder _folder = new();

    internal JobServerProcess Server { get; private set; } = null!;

    public async ValueTask InitializeAsync() =>
        Server = await JobServerProcess.StartAsync(_folder.File("dp.sock"));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        _folder.Dispose();
    }
}
