using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files;

/// <summary>
/// Where the driver keeps what. Every name is an id, so nothing that a user chose ever becomes a path.
/// </summary>
internal sealed class DriverLayout
{
    /// <summary>
    /// Ends the names of files that are being made. At start such a file is what a crash left: it is removed.
    /// </summary>
    public const string PartialSuffix = ".partial";

    private const string ContentSuffix = ".raw";
    private const string ExportSuffix = ".json";
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly string _volumes;
    private readonly string _snapshots;
    private readonly string _temporary;
    private readonly string _basePoints;
    private readonly string _exports;

    public DriverLayout(string root)
    {
        Root = Path.GetFullPath(root);
        _volumes = Path.Combine(Root, "volumes");
        _snapshots = Path.Combine(Root, "snapshots");
        _temporary = Path.Combine(Root, "temporary");
        _basePoints = Path.Combine(Root, "base-points");
        _exports = Path.Combine(Root, "exports");
    }

    public string Root { get; }

    public string LockFile => Path.Combine(Root, "lock");

    /// <summary>A directory in which clones are tried out.</summary>
    public string ProbeDirectory => _temporary;

    public string Of(DeviceReference device) => Of(device.Kind, device.Id);

    public string OfVolume(Guid volumeId) => Of(DeviceKind.Volume, volumeId);

    public string OfExport(Guid attachmentId) => Path.Combine(_exports, attachmentId + ExportSuffix);

    public string OfBasePoints(Guid volumeId) => Path.Combine(_basePoints, volumeId.ToString());

    public string OfBasePoint(Guid volumeId, Guid backupId) =>
        Path.Combine(OfBasePoints(volumeId), backupId + ContentSuffix);

    public IReadOnlyList<Guid> Exports() => Ids(_exports, ExportSuffix);

    public IReadOnlyList<Guid> TemporaryObjects() => Ids(_temporary, ContentSuffix);

    public IReadOnlyList<BasePoint> BasePoints() =>
        [.. from directory in Directory.EnumerateDirectories(_basePoints)
            let volume = Guid.TryParse(Path.GetFileName(directory), out var id) ? id : (Guid?)null
            where volume is not null
            from backup in Ids(directory, ContentSuffix)
            select new BasePoint(volume.Value, backup)];

    public void MakeDirectories()
    {
        foreach (var directory in (string[])[Root, _volumes, _snapshots, _temporary, _basePoints, _exports])
            Directory.CreateDirectory(directory, OwnerOnly);
    }

    /// <summary>Files that were being made when a process ended.</summary>
    public IReadOnlyList<string> Partials() =>
        [.. from directory in (string[])[_volumes, _snapshots, _temporary, _basePoints, _exports]
            from file in Directory.EnumerateFiles(directory, "*" + PartialSuffix, SearchOption.AllDirectories)
            select file];

    private string Of(DeviceKind kind, Guid id) => Path.Combine(DirectoryOf(kind), id + ContentSuffix);

    private string DirectoryOf(DeviceKind kind) => kind switch
    {
        DeviceKind.Volume => _volumes,
        DeviceKind.Snapshot => _snapshots,
        DeviceKind.TemporaryVolume or DeviceKind.TemporarySnapshot => _temporary,
        _ => throw new VolumeDriverException($"The file driver knows no device of kind {kind}."),
    };

    private static IReadOnlyList<Guid> Ids(string directory, string suffix) =>
        [.. from file in Directory.EnumerateFiles(directory, "*" + suffix)
            let id = Guid.TryParse(Path.GetFileNameWithoutExtension(file), out var parsed) ? parsed : (Guid?)null
            where id is not null
            select id.Value];
}
