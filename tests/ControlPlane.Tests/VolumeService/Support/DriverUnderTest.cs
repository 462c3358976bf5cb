using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports.Nbd;
using Microsoft.Extensions.Logging.Abstractions;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Support;

/// <summary>A driver over its own directory: can be restarted, and leaves no export behind.</summary>
internal sealed class DriverUnderTest : IAsyncDisposable
{
    public const long VolumeBytes = 4 << 20;

    private readonly TestDirectory _directory;
    private readonly FileVolumeDriverOptions _options;

    private DriverUnderTest(
        TestDirectory directory, ExportMode exports, bool allowReflinks, NbdExportOptions? nbd)
    {
        _directory = directory;
        _options = new FileVolumeDriverOptions
        {
            Directory = directory.Path,
            Exports = exports,
            AllowReflinks = allowReflinks,
            Host = "here",
            Nbd = nbd,
            UnmapPatience = TimeSpan.FromSeconds(3),
        };
        Driver = NewDriver();
    }

    public FileVolumeDriver Driver { get; private set; }

    public string Root => _directory.Path;

    public static async Task<DriverUnderTest> StartAsync(
        TestDirectory directory, ExportMode exports = ExportMode.Automatic, bool allowReflinks = true,
        NbdExportOptions? nbd = null)
    {
        var driver = new DriverUnderTest(directory, exports, allowReflinks, nbd);
        await driver.Driver.StartAsync(CancellationToken.None);
        return driver;
    }

    /// <summary>
    /// What another process finds after this one was killed: nothing is closed properly but by the kernel.
    /// </summary>
    public async Task RestartAsync()
    {
        Driver.Dispose();
        Driver = NewDriver();
        await Driver.StartAsync(CancellationToken.None);
    }

    public async Task<DeviceReference> NewVolumeAsync(long sizeBytes = VolumeBytes)
    {
        var id = Guid.NewGuid();
        await Driver.CreateVolumeAsync(id, sizeBytes, CancellationToken.None);
        return Volume(id);
    }

    public static DeviceReference Volume(Guid id) => new() { Kind = DeviceKind.Volume, Id = id, VolumeId = id };

    public static DeviceReference Of(DeviceReference volume, DeviceKind kind) =>
        new() { Kind = kind, Id = Guid.NewGuid(), VolumeId = volume.VolumeId };

    public string FileOf(DeviceReference device) => new DriverLayout(Root).Of(device);

    public string FileOf(DeviceReference volume, Guid backupId) =>
        new DriverLayout(Root).OfBasePoint(volume.Id, backupId);

    public static ExportRequest Export(
        DeviceReference device, DeviceAccess access = DeviceAccess.Read, Guid? backupId = null) =>
        new(Guid.NewGuid(), device, access, new Connector { Host = "here" }, backupId);

    public async ValueTask DisposeAsync()
    {
        foreach (var export in await Driver.ListExportsAsync(CancellationToken.None))
            await Driver.UnexportAsync(export.AttachmentId, CancellationToken.None);
        Driver.Dispose();
        _directory.Dispose();
    }

    private FileVolumeDriver NewDriver() => new(_options, NullLogger<FileVolumeDriver>.Instance);
}
