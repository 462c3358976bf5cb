using System.Collections.Concurrent;
using BackupEngine.ControlPlane.Contracts;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.VolumeService.Drivers;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.VolumeService;

/// <summary>
/// Removes what ended backups left behind: exports, temporary objects, base points. Only what a record proves to be
/// left over is removed. A user's own connection says that it is for no backup, and stays, unless it was made for an
/// attachment that its volume does not have any more; what no record knows is named in the log and stays.
/// </summary>
internal sealed class LeftoverSweep(
    IDbContextFactory<EngineDatabase> databases, IVolumeDriver driver, ILogger<LeftoverSweep> log)
{
    /// <summary>Said once in the life of the process, not at every sweep.</summary>
    private readonly ConcurrentDictionary<Guid, bool> _warned = new();

    /// <summary>
    /// Looks at the storage first and at the records second: whatever was there to be seen had its record before, so a
    /// backup that begins meanwhile is not mistaken for an ended one.
    /// </summary>
    public async Task RunAsync(CancellationToken cancellationToken)
    {
        var exports = await driver.ListExportsAsync(cancellationToken);
        var temporary = await driver.ListTemporaryObjectsAsync(cancellationToken);
        var basePoints = await driver.ListBasePointsAsync(cancellationToken);
        var ofBackups = exports.Where(export => export.BackupId is not null).ToList();
        var named = ofBackups.Select(export => export.BackupId!.Value)
            .Concat(basePoints.Select(point => point.BackupId));
        var states = await StatesAsync([.. named.Distinct()], cancellationToken);
        foreach (var export in ofBackups)
            await SweepAsync(export, states, cancellationToken);
        await SweepAttachmentsAsync([.. exports.Where(export => export.BackupId is null)], cancellationToken);
        if (temporary.Count > 0)
            await SweepTemporaryAsync(temporary, cancellationToken);
        foreach (var basePoint in basePoints)
            await SweepAsync(basePoint, states, cancellationToken);
    }

    private async Task SweepAsync(
        ExportRequest export, Dictionary<Guid, BackupState> states, CancellationToken cancellationToken)
    {
        var backup = export.BackupId!.Value;
        if (!states.TryGetValue(backup, out var state))
            WarnUnknown("Export", export.AttachmentId, backup);
        else if (!state.IsUnderWay)
            await RemoveAsync(
                "export", export.AttachmentId, () => driver.UnexportAsync(export.AttachmentId, cancellationToken));
    }

    // The record names the attachment before its export is asked for, and no longer once the user has deleted it.
    private async Task SweepAttachmentsAsync(List<ExportRequest> exports, CancellationToken cancellationToken)
    {
        if (exports.Count == 0)
            return;
        var ids = exports.Select(export => export.Device.Id).Distinct().ToList();
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var attachments = await database.Volumes.Where(volume => ids.Contains(volume.Id))
            .ToDictionaryAsync(volume => volume.Id, volume => volume.AttachmentId, cancellationToken);
        foreach (var export in exports)
        {
            var volumeId = export.Device.Id;
            if (attachments.TryGetValue(volumeId, out var attachment)
                && export.AttachmentId != attachment && export.AttachmentId != UserAttachment.IdOf(volumeId))
                await RemoveAsync(
                    "export", export.AttachmentId, () => driver.UnexportAsync(export.AttachmentId, cancellationToken),
                    "an attachment that was deleted");
        }
    }

    // The id of a temporary object follows from its backup's, not the other way round: every backup is asked.
    private async Task SweepTemporaryAsync(IReadOnlyList<Guid> objects, CancellationToken cancellationToken)
    {
        var states = await StatesAsync(only: null, cancellationToken);
        var owners = states
            .SelectMany(state => TemporaryObject.IdsOf(state.Key), (state, id) => (Id: id, State: state.Value))
            .ToDictionary(pair => pair.Id, pair => pair.State);
        foreach (var id in objects)
        {
            if (!owners.TryGetValue(id, out var owner))
                WarnUnknown("Temporary object", id, null);
            else if (!owner.IsUnderWay)
                await RemoveAsync(
                    "temporary object", id, () => driver.DeleteAsync(Temporary(id, owner), cancellationToken));
        }
    }

    private static DeviceReference Temporary(Guid id, BackupState state) =>
        new() { Kind = DeviceKind.TemporarySnapshot, Id = id, VolumeId = state.VolumeId };

    // That of an available backup is what the next incremental compares with: SettleBasePoint alone decides about it.
    private async Task SweepAsync(
        BasePoint basePoint, Dictionary<Guid, BackupState> states, CancellationToken cancellationToken)
    {
        if (!states.TryGetValue(basePoint.BackupId, out var state))
            WarnUnknown("Base point", basePoint.BackupId, basePoint.BackupId);
        else if (state.HasNoContents)
            await RemoveAsync("base point", basePoint.BackupId, () => driver.DropBasePointAsync(
                basePoint.VolumeId, basePoint.BackupId, cancellationToken));
    }

    private async Task RemoveAsync(
        string what, Guid id, Func<Task> remove, string owner = "a backup that has ended")
    {
        log.LogWarning("{What} {Id} is left over from {Owner}; it is removed", what, id, owner);
        try
        {
            await remove();
        }
        catch (VolumeDriverException e)
        {
            log.LogWarning("{What} {Id} could not be removed now; it is tried again: {Reason}", what, id, e.Message);
        }
    }

    private void WarnUnknown(string what, Guid id, Guid? backup)
    {
        if (_warned.TryAdd(id, true))
            log.LogWarning(
                "{What} {Id} belongs to backup {BackupId}, of which there is no record; it is left as it is",
                what, id, backup);
    }

    private async Task<Dictionary<Guid, BackupState>> StatesAsync(
        IReadOnlyList<Guid>? only, CancellationToken cancellationToken)
    {
        if (only is { Count: 0 })
            return [];
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.Backups.Where(b => only == null || only.Contains(b.Id))
            .Select(b => new { b.Id, State = new BackupState(b.VolumeId, b.Status, b.DeletedAt != null) })
            .ToDictionaryAsync(b => b.Id, b => b.State, cancellationToken);
    }

    private sealed record BackupState(Guid VolumeId, string Status, bool IsDeleted)
    {
        public bool IsUnderWay => !IsDeleted && Status is BackupStatus.Creating or BackupStatus.Restoring;

        public bool HasNoContents => IsDeleted || Status == BackupStatus.Error;
    }
}
