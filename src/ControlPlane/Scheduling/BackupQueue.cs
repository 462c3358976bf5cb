using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Hosts;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Scheduling;

/// <summary>
/// What waits and what runs. The records themselves are the queue: nothing is kept beside them, so nothing of it is
/// lost, and messages only hasten what is found here anyway.
/// </summary>
public sealed class BackupQueue(
    IDbContextFactory<EngineDatabase> databases, HostDirectory hosts, EngineOptions options)
{
    /// <summary>After this time whoever has room takes what the least busy host has left lying.</summary>
    private const int OverdueSeconds = 5;

    /// <summary>Bounds what one look takes into memory.</summary>
    private const int MostEntries = 20_000;

    /// <summary>One look at the records and the hosts.</summary>
    public async Task<Schedule> LookAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await Rows(database).Take(MostEntries).ToListAsync(cancellationToken);
        var verifications = await Verifications(database).Take(MostEntries).ToListAsync(cancellationToken);
        var entries = rows.Select(EntryOf).Concat(verifications.Select(EntryOf)).ToLookup(entry => entry.Host is null);
        return new Schedule(
            QueueOrder.Of(entries[true], entries[false]),
            [.. entries[false].OrderBy(entry => entry.AskedAt)],
            await hosts.ListAsync(database, cancellationToken),
            options.BackupPlacement);
    }

    /// <summary>What waits although its owner has cancelled it.</summary>
    public async Task<IReadOnlyList<QueueEntry>> FindCancelledAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var rows = await Rows(database)
            .Where(row => row.Backup.CancelRequestedAt != null && row.Backup.LeaseExpiresAt == null)
            .Take(MostEntries).ToListAsync(cancellationToken);
        var verifications = await Verifications(database)
            .Where(row => row.Asked.CancelRequestedAt != null && row.Asked.LeaseExpiresAt == null)
            .Take(MostEntries).ToListAsync(cancellationToken);
        return [.. rows.Select(EntryOf), .. verifications.Select(EntryOf)];
    }

    private static IQueryable<Row> Rows(EngineDatabase database) =>
        from backup in database.Backups.AsNoTracking()
        where backup.DeletedAt == null
            && (backup.Status == BackupStatus.Creating || backup.Status == BackupStatus.Restoring)
        let volumeId = backup.Status == BackupStatus.Restoring ? backup.RestoreVolumeId : backup.VolumeId
        orderby backup.CreatedAt, backup.Id
        select new Row
        {
            Backup = backup,
            VolumeHost = database.Volumes.Where(v => v.Id == volumeId && v.DeletedAt == null)
                .Select(v => v.Host).FirstOrDefault(),
            Overdue = (backup.UpdatedAt ?? backup.CreatedAt) < DateTime.UtcNow.AddSeconds(-OverdueSeconds),
        };

    private static IQueryable<VerificationRow> Verifications(EngineDatabase database) =>
        from asked in database.BackupVerifications.AsNoTracking()
        where asked.Status == VerificationStatus.Verifying
        join backup in database.Backups.AsNoTracking() on asked.BackupId equals backup.Id
        orderby asked.AskedAt, asked.BackupId
        select new VerificationRow
        {
            Asked = asked,
            Backup = backup,
            Overdue = asked.AskedAt < DateTime.UtcNow.AddSeconds(-OverdueSeconds),
        };

    /// <summary>It needs no volume, only the repository.</summary>
    private static QueueEntry EntryOf(VerificationRow row) => new(
        row.Backup.Id,
        WorkflowKind.Verify,
        row.Backup.ProjectId,
        row.Backup.VolumeId,
        row.Backup.SizeGiB,
        row.Backup.AvailabilityZone ?? "",
        VolumeHost: null,
        row.Asked.LeaseExpiresAt is null ? null : row.Asked.Host,
        row.Asked.AskedAt,
        row.Asked.CancelRequestedAt is not null,
        row.Overdue,
        BackupPriority.Low);

    private static QueueEntry EntryOf(Row row)
    {
        var backup = row.Backup;
        var kind = WorkflowKind.Of(backup.Status)!;
        return new QueueEntry(
            backup.Id,
            kind,
            backup.ProjectId,
            kind == WorkflowKind.Restore ? backup.RestoreVolumeId ?? Guid.Empty : backup.VolumeId,
            backup.SizeGiB,
            backup.AvailabilityZone ?? "",
            row.VolumeHost,
            backup.LeaseExpiresAt is null ? null : backup.Host,
            kind == WorkflowKind.Restore ? backup.UpdatedAt ?? backup.CreatedAt : backup.CreatedAt,
            backup.CancelRequestedAt is not null,
            row.Overdue,
            backup.Priority);
    }

    private sealed class Row
    {
        public required BackupEntity Backup { get; init; }

        public required string? VolumeHost { get; init; }

        public required bool Overdue { get; init; }
    }

    private sealed class VerificationRow
    {
        public required BackupVerificationEntity Asked { get; init; }

        public required BackupEntity Backup { get; init; }

        public required bool Overdue { get; init; }
    }
}
