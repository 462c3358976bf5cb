using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Tests.Devices;

namespace BackupEngine.DataPlane.Tests.Jobs;

/// <summary>A server of its own for each test, and a volume to work on.</summary>
public abstract class JobTestBase : IAsyncLifetime
{
    private protected const int VolumeBytes = 4 << 20;

    private protected TemporaryFolder Folder { get; } = new();

    private protected JobServerProcess Server { get; private set; } = null!;

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    protected string Repository => Folder.File("repository");

    public async ValueTask InitializeAsync() =>
        Server = await JobServerProcess.StartAsync(Folder.File("dp.sock"));

    public async ValueTask DisposeAsync()
    {
        await Server.DisposeAsync();
        Folder.Dispose();
        GC.SuppressFinalize(this);
    }

    protected static byte[] Content(ulong seed)
    {
        var content = new byte[VolumeBytes];
        new VolumePattern(seed, ZeroPercent: 25, CompressiblePercent: 40).Fill(0, content);
        return content;
    }

    protected async Task<string> AttachFileAsync(string id)
    {
        var file = Folder.CreateFile("source-" + id, VolumeBytes, Content(seed: 3));
        await Server.AttachAsync(id, file);
        return file;
    }
}
