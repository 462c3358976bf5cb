using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>
/// Exports a file as a loop device with direct I/O. Which device belongs to which export is kept by the kernel alone:
/// the name of the device says the attachment, so it is found again after any crash and is never taken for another one.
/// </summary>
internal sealed class LoopMapper(ILogger log) : IDeviceMapper
{
    private const uint SectorBytes = 512;
    private const string NamePrefix = "backup-engine:";

    public DeviceConnectionInfo Map(ExportRecord export, string file)
    {
        var device = Find(export, file).FirstOrDefault(found => !found.IsBeingFreed) ?? Bind(export, file);
        var expected = new FileInfo(file).Length;
        if (device.SizeBytes != expected)
            throw new VolumeDriverException(
                $"{device.Path} has {device.SizeBytes} bytes, its volume {file} has {expected}. Nothing was written. "
                + "Disconnect the attachment and connect it again.");
        return new DeviceConnectionInfo { Type = "local", Path = device.Path };
    }

    public void Unmap(ExportRecord export, string file)
    {
        foreach (var device in Find(export, file))
            LoopDevices.Release(device);
    }

    public string? FindBusy(ExportRecord export, string file) =>
        Find(export, file).Select(device => device.Path).FirstOrDefault();

    public void Flush(ExportRecord export, string file)
    {
        foreach (var device in Find(export, file))
        {
            using var handle = LinuxFile.OpenForReading(device.Path);
            LinuxFile.Flush(handle, device.Path);
        }
    }

    public IReadOnlyList<string> Mend(IReadOnlyList<ExportRecord> exports, DriverLayout layout)
    {
        foreach (var device in LoopDevices.BoundBelow(layout.Root).Where(device => !device.IsBeingFreed))
        {
            if (AttachmentOf(LoopDevices.StatusOf(device)?.Name) is not { } attachment
                || exports.Any(export => export.AttachmentId == attachment))
                continue;
            log.LogWarning(
                "{Device} is the export {AttachmentId} of {File}, of which there is no record; it is freed",
                device.Path, attachment, device.BackingFile);
            LoopDevices.Release(device);
        }

        return [];
    }

    private LoopDevice Bind(ExportRecord export, string file)
    {
        using var handle = export.Access == DeviceAccess.Read
            ? LinuxFile.OpenForReading(file)
            : LinuxFile.OpenForWriting(file);
        var configuration = new LoopConfiguration
        {
            BlockBytes = BlockSize(export, handle, file),
            Flags = LoopConfiguration.DirectFlag
                | (export.Access == DeviceAccess.Read ? LoopConfiguration.ReadOnlyFlag : 0),
            Name = NameOf(export),
        };
        var device = LoopDevices.Bind(handle, configuration);
        if (device.IsDirect)
            log.LogInformation("{File} is exported as {Device} with direct I/O, {Export}", file, device.Path, export);
        else
            log.LogWarning(
                "{File} is exported as {Device} WITHOUT direct I/O: the kernel refused it for blocks of {Bytes} bytes. "
                + "Contents are correct; they pass through the page cache, {Export}",
                file, device.Path, configuration.BlockBytes, export);
        return device;
    }

    // A backup reads and writes bytes, so the blocks may be as large as direct I/O wants them. A user's partition
    // tables count in sectors: those must stay what they are for the whole life of a volume, direct I/O or not. (XFS
    // asks for larger blocks as soon as a file shares extents with a snapshot.)
    private static uint BlockSize(ExportRecord export, SafeFileHandle handle, string file)
    {
        if (export.BackupId is null)
            return SectorBytes;
        var status = LinuxFile.Status(handle, file);
        var wanted = (status.Mask & StatxBuffer.DirectAlignment) != 0
            ? status.DirectOffsetAlignmentBytes
            : (uint)LinuxFile.FileSystemStatus(handle, file).BlockSizeBytes;
        return Math.Clamp(wanted, SectorBytes, (uint)Environment.SystemPageSize);
    }

    private static IReadOnlyList<LoopDevice> Find(ExportRecord export, string file) =>
        [.. from device in LoopDevices.BoundTo(Path.GetFileName(file))
            where LoopDevices.StatusOf(device)?.Name == NameOf(export)
            select device];

    private static string NameOf(ExportRecord export) => $"{NamePrefix}{export.AttachmentId:N}";

    private static Guid? AttachmentOf(string? name) =>
        name is not null && name.StartsWith(NamePrefix, StringComparison.Ordinal)
        && Guid.TryParse(name[NamePrefix.Length..], out var attachment)
            ? attachment
            : null;
}
