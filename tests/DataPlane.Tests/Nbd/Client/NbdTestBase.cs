using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Nbd.Client;
using BackupEngine.DataPlane.Tests.Devices;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.DataPlane.Tests.Nbd.Client;

/// <summary>A folder for images and sockets, and devices on them.</summary>
public abstract class NbdTestBase : IDisposable
{
    private readonly List<IDisposable> _open = [];

    private protected TemporaryFolder Folder { get; } = new(TemporaryFolder.MemoryFileSystem);

    private protected string Socket => Folder.File("nbd.sock");

    protected static CancellationToken Cancelled => TestContext.Current.CancellationToken;

    public void Dispose()
    {
        Dispose(disposing: true);
        GC.SuppressFinalize(this);
    }

    protected virtual void Dispose(bool disposing)
    {
        Close();
        Folder.Dispose();
    }

    /// <summary>Closes everything that is open: devices before their servers.</summary>
    private protected void Close()
    {
        _open.Reverse();
        _open.ForEach(open => open.Dispose());
        _open.Clear();
    }

    protected static byte[] Random(int bytes, int seed = 1)
    {
        var content = new byte[bytes];
        new Random(seed).NextBytes(content);
        return content;
    }

    private protected NbdTool Keep(NbdTool tool)
    {
        _open.Add(tool);
        return tool;
    }

    private protected static NbdClientOptions Options(string uri) => new()
    {
        Uri = NbdUri.Parse(uri),
        ReconnectTime = TimeSpan.FromSeconds(30),
    };

    private protected NbdDevice Open(NbdClientOptions options, DeviceAccess access = DeviceAccess.Read)
    {
        var device = NbdDevice.Open(options, access, NullLogger.Instance);
        _open.Add(device);
        return device;
    }

    private protected NbdDevice Open(string uri, DeviceAccess access = DeviceAccess.Read) =>
        Open(Options(uri), access);

    /// <summary>Reads everything, several parts at once.</summary>
    private protected static async Task<byte[]> ReadAllAsync(NbdDevice device, int stepBytes)
    {
        var content = new byte[device.LengthBytes];
        var steps = (content.Length + stepBytes - 1) / stepBytes;
        var six = new ParallelOptions { MaxDegreeOfParallelism = 6 };
        await Parallel.ForAsync(0, steps, six, (i, stop) =>
        {
            var length = Math.Min(stepBytes, content.Length - (i * stepBytes));
            return device.ReadAsync(i * stepBytes, content.AsMemory(i * stepBytes, length), stop);
        });
        return content;
    }
}
