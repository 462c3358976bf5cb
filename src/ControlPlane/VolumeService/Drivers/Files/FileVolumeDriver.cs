using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.BasePoints;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Copies;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;
using BackupEngine.ControlPlane.VolumeService.Linux;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files;

/// <summary>
/// The <c>file</c> driver: a volume is a raw, sparse file in one directory of this host. docs/volume-drivers.md
/// describes what is kept there. One process at a time owns the directory, for as long as it runs.
/// </summary>
public sealed class FileVolumeDriver(FileVolumeDriverOptions options, ILogger<FileVolumeDriver> log)
    : IVolumeDriver, IDisposable
{
    /// <summary>Sizes of volumes are multiples of this, so that direct I/O reaches every byte.</summary>
    public const int SizeUnitBytes = 4096;

    private readonly DriverLayout _layout = new(options.Directory);
    private readonly KeyedLocks _locks = new();
    private FileStream? _ownership;
    private DriverParts? _parts;

    /// <inheritdoc/>
    public string Name => "file";

    /// <inheritdoc/>
    public bool ClonesAreInstant => Parts.Support.Reflinks;

    private DriverParts Parts => _parts
        ?? throw new VolumeDriverException($"The file driver in {_layout.Root} was not started.");

    /// <inheritdoc/>
    public Task StartAsync(CancellationToken cancellationToken) => RunAsync(
        $"The volume directory {_layout.Root} cannot be used",
        () =>
        {
            _layout.MakeDirectories();
            _ownership ??= TakeOwnership();
            if (_parts is null)
                RemovePartials();
            _parts ??= DriverParts.Probe(_layout, options, log);
            return Task.CompletedTask;
        },
        cancellationToken);

    /// <inheritdoc/>
    public async Task CreateVolumeAsync(Guid volumeId, long sizeBytes, CancellationToken cancellationToken)
    {
        RequireValidSize(sizeBytes);
        var path = _layout.OfVolume(volumeId);
        await MakeOnceAsync(volumeId, path, sizeBytes, $"Volume {volumeId} could not be made", () =>
        {
            DurableFile.Publish(path, handle => LinuxFile.SetLength(handle, sizeBytes, path));
            return Task.CompletedTask;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task CloneAsync(
        DeviceReference source, DeviceReference target, long sizeBytes, CancellationToken cancellationToken)
    {
        RequireValidSize(sizeBytes);
        var path = _layout.Of(target);
        var what = $"{target.Kind} {target.Id} could not be made from {source.Kind} {source.Id}";
        await MakeOnceAsync(target.Id, path, sizeBytes, what, async () =>
        {
            await Parts.Exports.FlushAsync(source, cancellationToken);
            Parts.Copier.Copy(RequireFile(source), path, sizeBytes, mode: null, cancellationToken);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task CreateSnapshotAsync(Guid volumeId, DeviceReference snapshot, CancellationToken cancellationToken)
    {
        var source = new DeviceReference { Kind = DeviceKind.Volume, Id = volumeId, VolumeId = volumeId };
        var path = _layout.Of(snapshot);
        var what = $"{snapshot.Kind} {snapshot.Id} of volume {volumeId} could not be taken";
        await MakeOnceAsync(snapshot.Id, path, expectedBytes: null, what, async () =>
        {
            await Parts.Exports.FlushAsync(source, cancellationToken);
            var file = RequireFile(source);
            Parts.Copier.Copy(file, path, new FileInfo(file).Length, UnixFileMode.UserRead, cancellationToken);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task ExtendAsync(DeviceReference volume, long sizeBytes, CancellationToken cancellationToken)
    {
        ArgumentNullException.ThrowIfNull(volume);
        RequireValidSize(sizeBytes);
        using var taken = await _locks.TakeAsync(volume.Id, cancellationToken);
        await RunAsync(
            $"{volume.Kind} {volume.Id} could not be made larger",
            () => Parts.Exports.WhileNotExportedAsync(
                volume, () => DurableFile.Extend(RequireFile(volume), sizeBytes), cancellationToken),
            cancellationToken);
    }

    /// <inheritdoc/>
    public async Task DeleteAsync(DeviceReference device, CancellationToken cancellationToken)
    {
        using var taken = await _locks.TakeAsync(device.Id, cancellationToken);
        await RunAsync(
            $"{device.Kind} {device.Id} could not be removed",
            () => Parts.Exports.WhileNotExportedAsync(device, () => Remove(device), cancellationToken),
            cancellationToken);
    }

    /// <inheritdoc/>
    public Task<bool> ReadsAsZeroAsync(DeviceReference device, CancellationToken cancellationToken) =>
        RunAsync($"{device.Kind} {device.Id} could not be examined", () =>
        {
            var path = RequireFile(device);
            using var handle = LinuxFile.OpenForReading(path);
            return LinuxFile.NextData(handle, 0, path) is null;
        }, cancellationToken);

    /// <inheritdoc/>
    public Task<ExportedDevice> ExportAsync(ExportRequest request, CancellationToken cancellationToken) => RunAsync(
        $"{request.Device.Kind} {request.Device.Id} could not be exported",
        () => Parts.Exports.AddAsync(request, options.UnmapPatience, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task UnexportAsync(Guid attachmentId, CancellationToken cancellationToken) => RunAsync(
        $"The export {attachmentId} could not be removed",
        () => Parts.Exports.RemoveAsync(attachmentId, options.UnmapPatience, cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<string>> MendExportsAsync(CancellationToken cancellationToken) => RunAsync(
        "The exports could not be looked after", () => Parts.Exports.MendAsync(cancellationToken), cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<ExportRequest>> ListExportsAsync(CancellationToken cancellationToken) => RunAsync(
        "The exports could not be listed",
        IReadOnlyList<ExportRequest> () => [.. Parts.Exports.List().Select(export => export.ToRequest())],
        cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<Guid>> ListTemporaryObjectsAsync(CancellationToken cancellationToken) =>
        RunAsync("The temporary objects could not be listed", _layout.TemporaryObjects, cancellationToken);

    /// <inheritdoc/>
    public Task<IReadOnlyList<BasePoint>> ListBasePointsAsync(CancellationToken cancellationToken) =>
        RunAsync("The base points could not be listed", _layout.BasePoints, cancellationToken);

    /// <inheritdoc/>
    public async Task<string> CreateBasePointAsync(
        DeviceReference device, Guid backupId, CancellationToken cancellationToken)
    {
        if (!Parts.Support.TellsChangedBlocks)
            return "";
        using var taken = await _locks.TakeAsync(device.VolumeId, cancellationToken);
        return await RunAsync($"The base point of backup {backupId} could not be made", async () =>
        {
            await Parts.Exports.FlushAsync(device, cancellationToken);
            return Parts.BasePoints.Create(RequireFile(device), device.VolumeId, backupId, cancellationToken);
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public async Task DropBasePointAsync(Guid volumeId, Guid backupId, CancellationToken cancellationToken)
    {
        using var taken = await _locks.TakeAsync(volumeId, cancellationToken);
        await RunAsync($"The base point of backup {backupId} could not be removed", () =>
        {
            Parts.BasePoints.Drop(volumeId, backupId);
            return Task.CompletedTask;
        }, cancellationToken);
    }

    /// <inheritdoc/>
    public Task<ChangedBlocks> GetChangedBlocksAsync(
        Guid volumeId, string parentBaseToken, Guid backupId, CancellationToken cancellationToken) =>
        RunAsync(
            $"The changed blocks of volume {volumeId} could not be found out",
            () => Parts.Support.TellsChangedBlocks
                ? Parts.Comparison.Compare(volumeId, parentBaseToken, backupId, cancellationToken)
                : BasePointComparison.Unknown(Parts.Support.Reason),
            cancellationToken);

    /// <summary>Lets go of the directory. Exports stay.</summary>
    public void Dispose()
    {
        _parts?.Dispose();
        _ownership?.Dispose();
    }

    private FileStream TakeOwnership()
    {
        try
        {
            return new FileStream(_layout.LockFile, FileMode.OpenOrCreate, FileAccess.ReadWrite, FileShare.None);
        }
        catch (IOException e)
        {
            throw new VolumeDriverException(
                $"The volume directory {_layout.Root} is in use by another process ({e.Message}). Each volume service "
                + "needs its own.",
                e);
        }
    }

    private void RemovePartials()
    {
        foreach (var partial in _layout.Partials())
        {
            log.LogWarning("{File} was being made when an earlier process ended; it is removed", partial);
            DurableFile.Remove(partial);
        }
    }

    private void Remove(DeviceReference device)
    {
        if (device.Kind == DeviceKind.Volume)
            Parts.BasePoints.DropAll(device.Id);
        if (File.Exists(_layout.Of(device)))
            DurableFile.Remove(_layout.Of(device));
    }

    // What exists is whole: it was renamed to its name when it was. So it is not made again.
    private async Task MakeOnceAsync(
        Guid id, string path, long? expectedBytes, string what, Func<Task> make, CancellationToken cancellationToken)
    {
        _ = Parts;
        using var taken = await _locks.TakeAsync(id, cancellationToken);
        await RunAsync(what, async () =>
        {
            if (!File.Exists(path))
                await make();
            else if (expectedBytes is { } expected && new FileInfo(path).Length != expected)
                throw new VolumeDriverException(
                    $"{what}: {path} exists already with {new FileInfo(path).Length} bytes instead of {expected}. It "
                    + "is left as it is.");
        }, cancellationToken);
    }

    private string RequireFile(DeviceReference device)
    {
        var path = _layout.Of(device);
        return File.Exists(path)
            ? path
            : throw new VolumeDriverException($"There is no {device.Kind} {device.Id} in {_layout.Root}.");
    }

    private static void RequireValidSize(long sizeBytes)
    {
        if (sizeBytes <= 0 || sizeBytes % SizeUnitBytes != 0)
            throw new VolumeDriverException(
                $"A volume cannot have {sizeBytes} bytes: its size is a multiple of {SizeUnitBytes} bytes.");
    }

    private static Task<T> RunAsync<T>(string what, Func<T> work, CancellationToken cancellationToken) =>
        RunAsync(what, () => Task.FromResult(work()), cancellationToken);

    private static async Task RunAsync(string what, Func<Task> work, CancellationToken cancellationToken) =>
        await RunAsync(what, async () =>
        {
            await work();
            return true;
        }, cancellationToken);

    // Off the caller's thread: system calls here may take as long as the disk does.
    private static async Task<T> RunAsync<T>(string what, Func<Task<T>> work, CancellationToken cancellationToken)
    {
        try
        {
            return await Task.Run(work, cancellationToken);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new VolumeDriverException($"{what}: {e.Message}", e);
        }
    }
}
