using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Backups;
using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules.Calendar;
using Microsoft.EntityFrameworkCore;
using NodaTime;

namespace BackupEngine.ControlPlane.Schedules.Runs;

/// <summary>What a policy asks for when it is due.</summary>
internal sealed class ScheduledBackups(EngineDatabase database)
{
    /// <summary>Metadata of every backup of a policy: the policy's id.</summary>
    public const string PolicyKey = "backup-engine:policy";

    /// <summary>The backup of a run.</summary>
    public async Task<NewBackup> DescribeAsync(
        BackupPolicyEntity policy, BackupPolicyRunEntity run, CancellationToken cancellationToken)
    {
        var options = PolicyJson.OptionsOf(policy);
        var volumeName = await database.Volumes.Where(row => row.Id == run.VolumeId).Select(row => row.Name)
            .SingleOrDefaultAsync(cancellationToken);
        return new NewBackup
        {
            Id = Guid.NewGuid(),
            PolicyId = policy.Id,
            VolumeId = run.VolumeId,
            SnapshotId = null,
            Incremental = options.Incremental && !await IsTurnOfFullAsync(policy, run, options, cancellationToken),
            FullWithoutParent = true,
            Force = options.Force,
            Name = NameTemplate.Fill(
                options.NameTemplate, policy.Name, run.VolumeId, volumeName, LocalTimeOf(policy, run.DueAt)),
            Description = options.Description,
            Container = options.Container,
            AvailabilityZone = options.AvailabilityZone,
            Options = new ActionOptions(options.RateLimitMiB, options.Priority),
            MetadataJson = MetadataText.Write(
                new Dictionary<string, string>(options.Metadata, StringComparer.Ordinal)
                {
                    [PolicyKey] = policy.Id.ToString(),
                }),
        };
    }

    /// <summary>Whether as many incrementals as there may be have been made since the last full one.</summary>
    private async Task<bool> IsTurnOfFullAsync(
        BackupPolicyEntity policy,
        BackupPolicyRunEntity run,
        PolicyOptions options,
        CancellationToken cancellationToken)
    {
        if (options.FullEvery == 0)
            return false;
        var last = await database.Backups
            .Where(row => row.PolicyId == policy.Id && row.VolumeId == run.VolumeId)
            .Where(row => row.Status != BackupStatus.Error)
            .OrderByDescending(row => row.CreatedAt).Take(options.FullEvery - 1)
            .Select(row => row.ParentId != null).ToListAsync(cancellationToken);
        return last.Count == options.FullEvery - 1 && last.TrueForAll(incremental => incremental);
    }

    private static DateTime LocalTimeOf(BackupPolicyEntity policy, DateTime due) =>
        Instant.FromDateTimeUtc(due).InZone(TimeZoneNames.Require(policy.TimeZone)).ToDateTimeUnspecified();
}
