using BackupEngine.ControlPlane.VolumeService.Drivers.Files.BasePoints;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Copies;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports.Nbd;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files;

/// <summary>What the driver works with, once it is known what the host and the file system can do.</summary>
internal sealed class DriverParts : IDisposable
{
    public required CloneSupport Support { get; init; }

    public required ContentCopier Copier { get; init; }

    public required BasePointStore BasePoints { get; init; }

    public required BasePointComparison Comparison { get; init; }

    public required ExportTable Exports { get; init; }

    /// <summary>Finds out what can be done, says it in the log, and puts the parts together accordingly.</summary>
    public static DriverParts Probe(DriverLayout layout, FileVolumeDriverOptions options, ILogger log)
    {
        var support = CloneProbe.Try(layout.ProbeDirectory, options.AllowReflinks);
        LogSupport(layout, support, log);
        var copier = new ContentCopier(support);
        var basePoints = new BasePointStore(layout, copier);
        return new DriverParts
        {
            Support = support,
            Copier = copier,
            BasePoints = basePoints,
            Comparison = new BasePointComparison(basePoints),
            Exports = MakeExports(layout, options, log),
        };
    }

    public void Dispose() => Exports.Dispose();

    private static ExportTable MakeExports(DriverLayout layout, FileVolumeDriverOptions options, ILogger log)
    {
        var wanted = options.Exports;
        var obstacle = wanted == ExportMode.PlainFile ? "configured so" : LoopDevices.WhyUnavailable();
        if (obstacle is not null && wanted == ExportMode.LoopDevice)
            throw new VolumeDriverException(
                $"Loop devices are configured, but this process cannot make them: {obstacle}");
        var mappers = new Dictionary<ExportMode, IDeviceMapper> { [ExportMode.PlainFile] = new PlainFileMapper() };
        if (obstacle is null)
            mappers[ExportMode.LoopDevice] = new LoopMapper(log);
        if (options.Nbd is { } nbd)
            mappers[ExportMode.NbdServer] = new NbdMapper(nbd, log);
        if (obstacle is null)
            log.LogInformation("Volumes are exported as loop devices");
        else
            log.LogWarning("Volumes are exported as plain files, not as block devices: {Reason}", obstacle);
        LogRemote(options.Nbd, log);
        return new ExportTable(
            layout,
            new ExportStore(layout),
            mappers,
            obstacle is null ? ExportMode.LoopDevice : ExportMode.PlainFile,
            options.Host);
    }

    private static void LogRemote(NbdExportOptions? nbd, ILogger log)
    {
        if (nbd is null)
            log.LogInformation("Volumes are exported to no other host (NbdAddress is not configured)");
        else if (nbd.TlsDirectory is { } directory)
            log.LogInformation(
                "Volumes are exported to other hosts at {Address}, ports {First} to {Last}, with TLS ({Directory})",
                nbd.Address, nbd.FirstPort, nbd.LastPort, directory);
        else
            log.LogWarning(
                "Volumes are exported to other hosts at {Address}, ports {First} to {Last}, WITHOUT encryption and "
                + "for whoever reaches them (NbdAllowPlain)",
                nbd.Address, nbd.FirstPort, nbd.LastPort);
    }

    private static void LogSupport(DriverLayout layout, CloneSupport support, ILogger log)
    {
        if (support.Reflinks)
            log.LogInformation(
                "Volumes are in {Directory} on {FileSystem}: snapshots and clones are reflinks, made at once",
                layout.Root, support.FileSystem);
        else
            log.LogWarning(
                "Volumes are in {Directory} on {FileSystem}: snapshots and clones are sparse copies ({Reason})",
                layout.Root, support.FileSystem, support.Reason);
        if (!support.TellsChangedBlocks)
            log.LogWarning("Changed blocks are unknown, incremental backups read everything: {Reason}", support.Reason);
    }
}
