using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Devices.Engines;
using BackupEngine.DataPlane.Devices.Engines.Uring;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.DataPlane.Tests.Devices.Engines;

/// <summary>A file or a loop device, opened, with an engine over it.</summary>
internal sealed class QueueDevice : IDisposable
{
    private readonly TemporaryFolder _folder = new();
    private readonly LoopDevice? _loop;

    public QueueDevice(
        string engine, int lengthBytes, bool isLoop = false, bool direct = true, IoUringOptions? options = null)
    {
        if (isLoop)
        {
            LoopDevice.SkipUnlessPossible();
        }

        File = _folder.CreateFile("volume", lengthBytes);
        _loop = isLoop ? LoopDevice.Over(File) : null;
        Device = BlockDevice.Open(_loop?.Path ?? File, DeviceAccess.ReadWrite, direct);
        Engine = IoEngines.Open(
            IoEngineNames.Parse(engine), Device, several: true, NullLogger.Instance, options);
        Assert.Equal(engine, Engine.Name);
    }

    public string File { get; }

    public BlockDevice Device { get; }

    public IIoEngine Engine { get; }

    public IIoQueue OpenQueue(int capacity) => Engine.OpenQueue(capacity, TestContext.Current.CancellationToken);

    public void Dispose()
    {
        Engine.Dispose();
        Device.Dispose();
        _loop?.Dispose();
        _folder.Dispose();
    }
}
