using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Schedules.Calendar;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Schedules.Runs;

/// <summary>
/// Makes the runs of what has come due. Moving a policy on to its next due time and making the runs of this one are one
/// transaction on the condition that nobody has moved it on: of any number of hosts one makes them, and one that dies
/// has made all or none.
/// </summary>
internal sealed class RunPlanner(
    IDbContextFactory<EngineDatabase> databases, EngineOptions options, ILogger<RunPlanner> log)
{
    private const int MostPolicies = 100;

    private static readonly string[] WithoutData = [VolumeStatus.Creating, VolumeStatus.Deleting];

    /// <summary>The policies that are due, the longest due first.</summary>
    public async Task<IReadOnlyList<BackupPolicyEntity>> FindDueAsync(CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        return await database.BackupPolicies.AsNoTracking()
            .Where(policy => policy.DeletedAt == null && policy.NextRunAt <= DateTime.UtcNow)
            .OrderBy(policy => policy.NextRunAt).Take(MostPolicies).ToListAsync(cancellationToken);
    }

    /// <summary>Makes the runs of a policy that is due; not where another host has.</summary>
    public async Task PlanAsync(BackupPolicyEntity policy, CancellationToken cancellationToken)
    {
        await using var database = await databases.CreateDbContextAsync(cancellationToken);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        var now = await database.UtcNowAsync(cancellationToken);
        var due = DueTime.Of(PolicyJson.RecurrenceOf(policy), policy.NextRunAt!.Value, now);
        if (!await MoveOnAsync(database, policy, due.Next, cancellationToken))
            return;
        var volumes = await database.VolumesOf(policy).Where(volume => !WithoutData.Contains(volume.Status))
            .Select(volume => volume.Id).ToListAsync(cancellationToken);
        var late = now - due.At > TimeSpan.FromSeconds(options.ScheduleLateSeconds);
        database.BackupPolicyRuns.AddRange(volumes.Select(volume => RunOf(policy, volume, due, late, now)));
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        ScheduleTelemetry.CountDue(volumes.Count, late || due.Missed > 0);
        Report(policy, due, volumes.Count, late);
    }

    private static async Task<bool> MoveOnAsync(
        EngineDatabase database, BackupPolicyEntity policy, DateTime next, CancellationToken cancellationToken) =>
        await database.BackupPolicies
            .Where(row => row.Id == policy.Id && row.DeletedAt == null && row.Revision == policy.Revision)
            .Where(row => row.NextRunAt == policy.NextRunAt)
            .ExecuteUpdateAsync(set => set.SetProperty(row => row.NextRunAt, next), cancellationToken) > 0;

    /// <summary>What is caught up is spread as well: a whole cloud may have been away.</summary>
    private static BackupPolicyRunEntity RunOf(
        BackupPolicyEntity policy, Guid volumeId, DueTime due, bool late, DateTime now) => new()
        {
            Id = Guid.NewGuid(),
            PolicyId = policy.Id,
            VolumeId = volumeId,
            ProjectId = policy.ProjectId,
            DueAt = due.At,
            StartAt = (late ? now : due.At) + RunSpread.DelayOf(policy.Id, volumeId, policy.JitterSeconds),
            Late = late || due.Missed > 0,
            Missed = due.Missed,
            CreatedAt = now,
        };

    private void Report(BackupPolicyEntity policy, DueTime due, int volumes, bool late)
    {
        if (late || due.Missed > 0)
            log.LogWarning(
                "Backup policy {PolicyId} was due at {DueAt:u} while nothing ran, and {Missed} times before: it is "
                + "caught up once, for {Volumes} volumes", policy.Id, due.At, due.Missed, volumes);
        else
            log.LogInformation(
                "Backup policy {PolicyId} is due for {Volumes} volumes; next at {NextAt:u}",
                policy.Id, volumes, due.Next);
    }
}
