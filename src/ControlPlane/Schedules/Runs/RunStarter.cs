using BackupEngine.ControlPlane.Api.Backups;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Schedules.Runs;

/// <summary>
/// Begins the backup of a run, as the policy's owner and by the same way as a request: validation, quota, one
/// transaction. The run is taken in that transaction, so there is a backup exactly where the run says so.
/// </summary>
internal sealed class RunStarter(
    EngineDatabase database, BackupCreation creation, ScheduledBackups backups, ILogger<RunStarter> log)
{
    /// <summary>Number of the message's detail where the reason is none of those that Cinder knows.</summary>
    private const string UnknownDetail = "001";
    private const string QuotaDetail = "006";
    private const string VolumeStatusDetail = "027";

    /// <summary>Begins a run; nothing where another host has.</summary>
    public async Task StartAsync(Guid runId, CancellationToken cancellationToken)
    {
        var run = await database.BackupPolicyRuns.AsNoTracking().SingleOrDefaultAsync(
            row => row.Id == runId && row.Status == BackupPolicyRunStatus.Planned, cancellationToken);
        if (run is not null)
            await StartAsync(run, cancellationToken);
    }

    /// <summary>Begins a run as it was read some time ago; nothing where it is not planned any more.</summary>
    public async Task StartAsync(BackupPolicyRunEntity run, CancellationToken cancellationToken)
    {
        var policy = await database.BackupPolicies.AsNoTracking()
            .SingleAsync(row => row.Id == run.PolicyId, cancellationToken);
        if (await ReasonToSkipAsync(policy, run, cancellationToken) is { } reason)
            await database.EndAsync(run, BackupPolicyRunStatus.Skipped, reason, cancellationToken);
        else
            await CreateAsync(policy, run, cancellationToken);
    }

    private async Task<string?> ReasonToSkipAsync(
        BackupPolicyEntity policy, BackupPolicyRunEntity run, CancellationToken cancellationToken)
    {
        if (policy.DeletedAt is not null)
            return "the policy was deleted";
        if (!policy.Enabled)
            return "the policy was switched off";
        if (!await database.VolumesOf(policy).AnyAsync(row => row.Id == run.VolumeId, cancellationToken))
            return "the volume was deleted, or the policy does not hold for it any more";
        var before = await database.BackupPolicyRuns
            .Where(row => row.PolicyId == run.PolicyId && row.VolumeId == run.VolumeId && row.DueAt < run.DueAt)
            .Where(row => row.Status == BackupPolicyRunStatus.Planned || row.Status == BackupPolicyRunStatus.Running)
            .OrderByDescending(row => row.DueAt).Select(row => (DateTime?)row.DueAt)
            .FirstOrDefaultAsync(cancellationToken);
        return before is { } due ? $"the run of {due:u} has not ended yet" : null;
    }

    private async Task CreateAsync(
        BackupPolicyEntity policy, BackupPolicyRunEntity run, CancellationToken cancellationToken)
    {
        try
        {
            var asked = await backups.DescribeAsync(policy, run, cancellationToken);
            await creation.CreateAsync(
                new Caller(policy.UserId, policy.ProjectId, []),
                asked,
                () => TakeAsync(run, asked, cancellationToken),
                cancellationToken);
        }
        catch (RunTakenException)
        {
            log.LogDebug("Another host has begun run {RunId} of backup policy {PolicyId}", run.Id, policy.Id);
        }
        catch (ApiFaultException refusal)
        {
            log.LogWarning(
                "Backup policy {PolicyId}: volume {VolumeId} is not backed up: {Reason}",
                policy.Id, run.VolumeId, refusal.Message);
            await database.RefuseAsync(run, refusal.Message, DetailOf(refusal), cancellationToken);
        }
    }

    private async Task TakeAsync(BackupPolicyRunEntity run, NewBackup asked, CancellationToken cancellationToken)
    {
        var taken = await database.BackupPolicyRuns
            .Where(row => row.Id == run.Id && row.Status == BackupPolicyRunStatus.Planned)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Status, BackupPolicyRunStatus.Running)
                    .SetProperty(row => row.BackupId, asked.Id)
                    .SetProperty(row => row.Incremental, asked.Incremental),
                cancellationToken);
        if (taken == 0)
            throw new RunTakenException();
    }

    private static string DetailOf(ApiFaultException refusal) =>
        refusal.Code == StatusCodes.Status413PayloadTooLarge ? QuotaDetail
        : refusal.Message.StartsWith(Fault.InvalidVolume("").Message, StringComparison.Ordinal) ? VolumeStatusDetail
        : UnknownDetail;
}
