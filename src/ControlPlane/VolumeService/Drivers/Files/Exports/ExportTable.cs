using BackupEngine.ControlPlane.Contracts;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>
/// The exports of the driver: a record first, then the device; the device gone first, then the record. So a crash
/// leaves a record without a device at worst, which exporting or unexporting again puts right, and never a device that
/// nobody knows of.
/// </summary>
internal sealed class ExportTable(
    DriverLayout layout,
    ExportStore store,
    IReadOnlyDictionary<ExportMode, IDeviceMapper> mappers,
    ExportMode localMode,
    string? thisHost)
    : IDisposable
{
    private static readonly TimeSpan BusyPollInterval = TimeSpan.FromMilliseconds(20);

    /// <summary>Held while exports are looked at and changed; never while a busy device is waited for.</summary>
    private readonly SemaphoreSlim _changes = new(1, 1);

    public void Dispose() => _changes.Dispose();

    public IReadOnlyList<ExportRecord> List() => store.List();

    /// <summary>
    /// Makes the export, or finds it. One that was made for another host goes first: whoever took the work over gets
    /// the device, and the former owner loses it.
    /// </summary>
    public async Task<ExportedDevice> AddAsync(
        ExportRequest request, TimeSpan patience, CancellationToken cancellationToken)
    {
        if (store.TryRead(request.AttachmentId) is { } former && IsForAnother(former, request))
        {
            RequireSame(former, request);
            RequireMapper(request);
            await RemoveAsync(request.AttachmentId, patience, cancellationToken);
        }

        return await UnderLockAsync(() => Add(request), cancellationToken);
    }

    /// <summary>
    /// Starts again what has died, and ends what serves without a record. Answers with what failed.
    /// </summary>
    public Task<IReadOnlyList<string>> MendAsync(CancellationToken cancellationToken) =>
        UnderLockAsync(Mend, cancellationToken);

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
            export = RequireMapper(request).Prepare(NewRecord(request), store.List());
            store.Write(export);
        }

        RequireSame(export, request);
        return new ExportedDevice(MapperOf(export).Map(export, file), new FileInfo(file).Length);
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
        Mode = ModeFor(request),
        ConnectorIdentity = ModeFor(request) == ExportMode.NbdServer ? request.Connector.Identity : null,
        CreatedAt = TimeProvider.System.GetUtcNow(),
    };

    // A user's connector names itself as it likes; whoever looks for the path has been told that it is local.
    private ExportMode ModeFor(ExportRequest request) =>
        request.BackupId is null || thisHost is null
        || string.Equals(request.Connector.Host, thisHost, StringComparison.OrdinalIgnoreCase)
            ? localMode
            : ExportMode.NbdServer;

    private bool IsForAnother(ExportRecord export, ExportRequest request)
    {
        var mode = ModeFor(request);
        var remote = mode == ExportMode.NbdServer;
        return remote != (export.Mode == ExportMode.NbdServer)
            || (remote && (!string.Equals(
                    export.ConnectorHost, request.Connector.Host, StringComparison.OrdinalIgnoreCase)
                || export.ConnectorIdentity != request.Connector.Identity));
    }

    private IDeviceMapper RequireMapper(ExportRequest request) =>
        mappers.TryGetValue(ModeFor(request), out var mapper)
            ? mapper
            : throw new VolumeDriverException(
                $"{request.Device.Kind} {request.Device.Id} is on host {thisHost}, which exports devices to itself "
                + $"only: host {request.Connector.Host} cannot attach it. Configure NbdAddress on {thisHost}, or run a "
                + "backup service there.");

    private IReadOnlyList<string> Mend()
    {
        var exports = store.List();
        return [.. mappers.Values.SelectMany(mapper => mapper.Mend(exports, layout))];
    }

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
            $"The export of {Describe(export)} was made as {export.Mode}, which this process cannot do. "
            + (export.Mode == ExportMode.NbdServer ? "Configure NbdAddress again." : "Start it as root."));

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
