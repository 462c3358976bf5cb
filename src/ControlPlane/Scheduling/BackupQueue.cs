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

    /// <summary>Everything that waits and runs: for whoever wants to see the queue.</summary>
    public async Task<Schedule> LookAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return ScheduleOf(
            [
                .. await EntriesAsync(database, UnderWay(database), cancellationToken),
                .. await VerificationsAsync(database.BackupVerifications, database, cancellationToken),
            ],
            await hosts.ListAsync(database, cancellationToken));
    }

    /// <summary>
    /// What a host needs to know to take what is its turn: what runs, and of what it may take the first of each
    /// project. However many wait, no more are read than could begin now.
    /// </summary>
    public async Task<Schedule> LookForAsync(string host, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var states = await hosts.ListAsync(database, cancellationToken);
        var own = states.FirstOrDefault(state => state.Record.Host == host && state.Record.Role == EngineRole.Backup);
        if (own is not { Takes: true })
            return ScheduleOf([], states);
        var running = await EntriesAsync(
            database, UnderWay(database).Where(backup => backup.LeaseExpiresAt != null), cancellationToken);
        var verifications = await VerificationsAsync(
            database.BackupVerifications.Where(asked => asked.CancelRequestedAt == null), database, cancellationToken);
        var waiting = WaitingFor(database, own.Record, ClosedBackends(states, running));
        var firsts = FirstOfEachProject(waiting, RoomOf(states));
        return ScheduleOf(
            [.. running, .. verifications, .. await EntriesAsync(database, firsts, cancellationToken)], states);
    }

    /// <summary>What waits although its owner has cancelled it.</summary>
    public async Task<IReadOnlyList<QueueEntry>> FindCancelledAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        var cancelled = UnderWay(database)
            .Where(backup => backup.CancelRequestedAt != null && backup.LeaseExpiresAt == null);
        var verifications = database.BackupVerifications
            .Where(asked => asked.CancelRequestedAt != null && asked.LeaseExpiresAt == null);
        return
        [
            .. await EntriesAsync(database, cancelled, cancellationToken),
            .. await VerificationsAsync(verifications, database, cancellationToken),
        ];
    }

    private Schedule ScheduleOf(IReadOnlyList<QueueEntry> entries, IReadOnlyList<HostState> states)
    {
        var byClaim = entries.ToLookup(entry => entry.Host is null);
        return new Schedule(
            QueueOrder.Of(byClaim[true], byClaim[false]),
            [.. byClaim[false].OrderBy(entry => entry.AskedAt)],
            states,
            options.BackupPlacement);
    }

    private static IQueryable<BackupEntity> UnderWay(EngineDatabase database) =>
        database.Backups.AsNoTracking().Where(backup => backup.DeletedAt == null
            && (backup.Status == BackupStatus.Creating || backup.Status == BackupStatus.Restoring));

    /// <summary>What waits, and could begin on a host if it had room.</summary>
    private IQueryable<BackupEntity> WaitingFor(EngineDatabase database, HostEntity own, string[] closedBackends)
    {
        var waiting = UnderWay(database)
            .Where(backup => backup.LeaseExpiresAt == null && backup.CancelRequestedAt == null);
        waiting = options.BackupPlacement == "volume-host"
            ? waiting.Where(backup => !database.Volumes.Any(volume => volume.Host != own.Host
                && volume.DeletedAt == null
                && volume.Id == (backup.Status == BackupStatus.Restoring ? backup.RestoreVolumeId : backup.VolumeId)))
            : waiting.Where(backup => (backup.AvailabilityZone ?? "") == own.Zone);
        return closedBackends.Length == 0 ? waiting : waiting.Where(backup => !database.Volumes.Any(volume =>
            closedBackends.Contains(volume.Host) && volume.DeletedAt == null
            && volume.Id == (backup.Status == BackupStatus.Restoring ? backup.RestoreVolumeId : backup.VolumeId)));
    }

    private static IQueryable<BackupEntity> FirstOfEachProject(IQueryable<BackupEntity> waiting, int most) =>
        waiting.Select(backup => backup.ProjectId).Distinct().SelectMany(project => waiting
            .Where(backup => backup.ProjectId == project)
            .OrderByDescending(backup => backup.Priority)
            .ThenBy(backup => backup.Status == BackupStatus.Restoring
                ? backup.UpdatedAt ?? backup.CreatedAt
                : backup.CreatedAt)
            .ThenBy(backup => backup.Id)
            .Take(most));

    /// <summary>
    /// The hosts of whose volumes nothing can begin now: they are read and written by as many as may, or their volume
    /// service is silent. What waits for them would take the places of what need not wait.
    /// </summary>
    private static string[] ClosedBackends(IReadOnlyList<HostState> states, IReadOnlyList<QueueEntry> running) =>
    [
        .. states.Where(state => state.Record.Role == EngineRole.Volume)
            .Where(state => !state.Lives || IsFull(state.Record, running))
            .Select(state => state.Record.Host),
    ];

    private static bool IsFull(HostEntity backend, IReadOnlyList<QueueEntry> running) =>
        backend.MaxConcurrent > 0
        && running.Count(entry => entry.VolumeHost == backend.Host) >= backend.MaxConcurrent;

    /// <summary>What all hosts together run at most: of one project no more can begin.</summary>
    private static int RoomOf(IReadOnlyList<HostState> states) => Math.Min(
        MostEntries,
        states.Where(state => state.Record.Role == EngineRole.Backup && state.Takes)
            .Sum(state => state.Record.MaxConcurrent));

    private static async Task<IReadOnlyList<QueueEntry>> EntriesAsync(
        EngineDatabase database, IQueryable<BackupEntity> backups, CancellationToken cancellationToken)
    {
        var rows = from backup in backups
                   let isRestore = backup.Status == BackupStatus.Restoring
                   let volumeId = isRestore ? backup.RestoreVolumeId : backup.VolumeId
                   let restoreAskedAt = backup.UpdatedAt ?? backup.CreatedAt
                   orderby backup.CreatedAt, backup.Id
                   select new
                   {
                       backup.Id,
                       backup.Status,
                       backup.ProjectId,
                       VolumeId = volumeId,
                       backup.SizeGiB,
                       Zone = backup.AvailabilityZone ?? "",
                       VolumeHost = database.Volumes.Where(volume => volume.Id == volumeId && volume.DeletedAt == null)
                           .Select(volume => volume.Host).FirstOrDefault(),
                       Host = backup.LeaseExpiresAt == null ? null : backup.Host,
                       AskedAt = isRestore ? restoreAskedAt : backup.CreatedAt,
                       Cancelled = backup.CancelRequestedAt != null,
                       Overdue = restoreAskedAt < DateTime.UtcNow.AddSeconds(-OverdueSeconds),
                       backup.Priority,
                   };
        var read = await rows.Take(MostEntries).ToListAsync(cancellationToken);
        return read.ConvertAll(row => new QueueEntry(
            row.Id, WorkflowKind.Of(row.Status)!, row.ProjectId, row.VolumeId ?? Guid.Empty, row.SizeGiB, row.Zone,
            row.VolumeHost, row.Host, row.AskedAt, row.Cancelled, row.Overdue, row.Priority));
    }

    /// <summary>They need no volume, only the repository.</summary>
    private static async Task<IReadOnlyList<QueueEntry>> VerificationsAsync(
        IQueryable<BackupVerificationEntity> verifications,
        EngineDatabase database,
        CancellationToken cancellationToken)
    {
        var rows = from asked in verifications.AsNoTracking()
                   where asked.Status == VerificationStatus.Verifying
                   join backup in database.Backups.AsNoTracking() on asked.BackupId equals backup.Id
                   orderby asked.AskedAt, asked.BackupId
                   select new
                   {
                       backup.Id,
                       backup.ProjectId,
                       backup.VolumeId,
                       backup.SizeGiB,
                       Zone = backup.AvailabilityZone ?? "",
                       Host = asked.LeaseExpiresAt == null ? null : asked.Host,
                       asked.AskedAt,
                       Cancelled = asked.CancelRequestedAt != null,
                       Overdue = asked.AskedAt < DateTime.UtcNow.AddSeconds(-OverdueSeconds),
                   };
        var read = await rows.Take(MostEntries).ToListAsync(cancellationToken);
        return read.ConvertAll(row => new QueueEntry(
            row.Id, WorkflowKind.Verify, row.ProjectId, row.VolumeId, row.SizeGiB, row.Zone, VolumeHost: null, row.Host,
            row.AskedAt, row.Cancelled, row.Overdue, BackupPriority.Low));
    }
}
