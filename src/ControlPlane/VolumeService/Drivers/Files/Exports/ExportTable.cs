using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>
/// The exports of the driver: a record first, then the device; the device gone first, then the record. So a crash
/// leaves a record without a device at worst, which exporting or unexporting again puts right, and never a device that
/// nobody knows of.
/// </summary>
internal sealed class ExportTable(
    DriverLayout layout, ExportStore store, IReadOnlyDictionary<ExportMode, IDeviceMapper> mappers, ExportMode mode)
    : IDisposable
{
    private static readonly TimeSpan BusyPollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Held while exports are looked at and changed; never while a busy device is waited for.</summary>
    private readonly SemaphoreSlim _changes = new(1, 1);

    public void Dispose() => _changes.Dispose();

    public IReadOnlyList<ExportRecord> List() => store.List();

    public Task<ExportedDevice> AddAsync(ExportRequest request, CancellationToken cancellationToken) =>
        UnderLockAsync(() => Add(request), cancellationToken);

    public async Task RemoveAsync(Guid attachmentId, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (await UnderLockAsync(() => BeginRemoval(attachmentId), cancellationToken) is not { } export)
            return;
        var started = TimeProvider.System.GetTimestamp();
        while (FindBusy(export) is { } busy)
        {
            if (TimeProvider.System.GetElapsedTime(started) > patience)
                throw new VolumeDriverException(
                    $"{busy}, the export of {Describe(export)}, is still held open by a process or a mount. The data "
                    + "are safe; the kernel frees the device as soon as it is closed. Close it, then disconnect "
                    + "again.");
            await Task.Delay(BusyPollInterval, cancellationToken);
        }

        await UnderLockAsync(() => Forget(attachmentId), cancellationToken);
    }

    /// <summary>
    /// Does something to a device that must not be exported, and keeps it from being exported meanwhile.
    /// </summary>
    public async Task WhileNotExportedAsync(DeviceReference device, Action action, CancellationToken cancellationToken)
    {
        await UnderLockAsync(
            () =>
            {
                RequireNotExported(device);
                action();
                return true;
            },
            cancellationToken);
    }

    /// <summary>Brings what was written to the exports of a device into its file.</summary>
    public async Task FlushAsync(DeviceReference device, CancellationToken cancellationToken) =>
        await UnderLockAsync(
            () =>
            {
                foreach (var export in store.List().Where(export => IsOf(export, device)))
                    MapperOf(export).Flush(export, layout.Of(export.Device));
                return true;
            },
            cancellationToken);

    private void RequireNotExported(DeviceReference device)
    {
        if (store.List().FirstOrDefault(export => IsOf(export, device)) is { } export)
            throw new VolumeDriverException(
                $"{Describe(export)} is exported still, to {export.ConnectorHost} as attachment {export.AttachmentId}. "
                + "Nothing was changed. Disconnect it first.");
    }

    private ExportedDevice Add(ExportRequest request)
    {
        var file = layout.Of(request.Device);
        if (!File.Exists(file))
            throw new VolumeDriverException(
                $"There is no {request.Device.Kind} {request.Device.Id}: it cannot be exported.");
        var export = store.TryRead(request.AttachmentId);
        if (export is null)
        {
            RefuseConflicts(request);
            export = NewRecord(request);
            store.Write(export);
        }

        RequireSame(export, request);
        return new ExportedDevice(
            new DeviceConnectionInfo { Type = "local", Path = MapperOf(export).Map(export, file) },
            new FileInfo(file).Length);
    }

    private void RefuseConflicts(ExportRequest request)
    {
        if (request.Access != DeviceAccess.ReadWrite)
            return;
        if (request.Device.Kind != DeviceKind.Volume)
            throw new VolumeDriverException($"A device of kind {request.Device.Kind} is never exported for writing.");
        var other = store.List().FirstOrDefault(
            export => IsOf(export, request.Device) && export.Access == DeviceAccess.ReadWrite);
        if (other is not null)
            throw new VolumeDriverException(
                $"{Describe(other)} is exported for writing already, to {other.ConnectorHost} as attachment "
                + $"{other.AttachmentId}. Two writers would destroy its contents. Disconnect that attachment first.");
    }

    private ExportRecord NewRecord(ExportRequest request) => new()
    {
        AttachmentId = request.AttachmentId,
        Device = request.Device,
        Access = request.Access,
        ConnectorHost = request.Connector.Host,
        BackupId = request.BackupId,
        Mode = mode,
        CreatedAt = TimeProvider.System.GetUtcNow(),
    };

    private static void RequireSame(ExportRecord export, ExportRequest request)
    {
        if (!IsOf(export, request.Device) || export.Access != request.Access)
            throw new VolumeDriverException(
                $"Attachment {export.AttachmentId} is in use for another export: {Describe(export)}, {export.Access}. "
                + "Nothing was changed. Use another attachment id.");
    }

    // A record whose volume file is gone still has its device found by the name of the file.
    private ExportRecord? BeginRemoval(Guid attachmentId)
    {
        var export = store.TryRead(attachmentId);
        if (export is not null)
            MapperOf(export).Unmap(export, layout.Of(export.Device));
        return export;
    }

    private bool Forget(Guid attachmentId)
    {
        store.Remove(attachmentId);
        return true;
    }

    private string? FindBusy(ExportRecord export) => MapperOf(export).FindBusy(export, layout.Of(export.Device));

    private IDeviceMapper MapperOf(ExportRecord export) => mappers.TryGetValue(export.Mode, out var mapper)
        ? mapper
        : throw new VolumeDriverException(
            $"The export of {Describe(export)} was made as {export.Mode}, which this process cannot do. Start it as "
            + "root.");

    private async Task<T> UnderLockAsync<T>(Func<T> action, CancellationToken cancellationToken)
    {
        await _changes.WaitAsync(cancellationToken);
        try
        {
            return action();
        }
        finally
        {
            _changes.Release();
        }
    }

    private static bool IsOf(ExportRecord export, DeviceReference device) =>
        export.Device.Kind == device.Kind && export.Device.Id == device.Id;

    private static string Describe(ExportRecord export) => $"{export.Device.Kind} {export.Device.Id}";
}
