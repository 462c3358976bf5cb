using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Quotas;

/// <summary>
/// Refuses what is over a quota. Called first in the transaction that adds the record: it takes the project's turn, so
/// whoever adds at the same moment waits until this transaction has ended, and counts what it added. Where nothing is
/// limited there are no turns, and nothing is counted.
/// </summary>
internal sealed class QuotaGate(EngineDatabase database, QuotaLimits quotas)
{
    /// <summary>Backup policies that a project may have.</summary>
    private const int MostPolicies = 100;

    /// <summary>One more backup of a volume of a size.</summary>
    public async Task RequireBackupAsync(string projectId, int sizeGiB, CancellationToken cancellationToken)
    {
        var (limits, use) = await EnterAsync(projectId, QuotaResource.OfBackups, cancellationToken);
        if (IsOver(limits[QuotaResource.BackupGigabytes], use.BackupGigabytes + sizeGiB))
            throw Over(
                "VolumeBackupSizeExceedsAvailableQuota: Requested backup exceeds allowed Backup gigabytes quota. " +
                Sizes(sizeGiB, limits[QuotaResource.BackupGigabytes], use.BackupGigabytes));
        if (IsOver(limits[QuotaResource.Backups], use.Backups + 1))
            throw Over(
                $"BackupLimitExceeded: Maximum number of backups allowed ({limits[QuotaResource.Backups]}) exceeded");
    }

    /// <summary>One more volume.</summary>
    public async Task RequireVolumeAsync(string projectId, int sizeGiB, CancellationToken cancellationToken)
    {
        var (limits, use) = await EnterAsync(projectId, QuotaResource.OfVolumes, cancellationToken);
        RequireVolumeSize(limits, sizeGiB);
        RequireGigabytes(limits, use, sizeGiB);
        if (IsOver(limits[QuotaResource.Volumes], use.Volumes + 1))
            throw Over(
                $"VolumeLimitExceeded: Maximum number of volumes allowed ({limits[QuotaResource.Volumes]}) exceeded " +
                "for quota 'volumes'.");
    }

    /// <summary>One more snapshot of a volume of a size.</summary>
    public async Task RequireSnapshotAsync(string projectId, int sizeGiB, CancellationToken cancellationToken)
    {
        var (limits, use) = await EnterAsync(projectId, QuotaResource.OfVolumes, cancellationToken);
        RequireGigabytes(limits, use, sizeGiB);
        if (IsOver(limits[QuotaResource.Snapshots], use.Snapshots + 1))
            throw Over(
                $"SnapshotLimitExceeded: Maximum number of snapshots allowed ({limits[QuotaResource.Snapshots]}) " +
                "exceeded");
    }

    /// <summary>A volume that grows to a size.</summary>
    public async Task RequireGrowthAsync(
        string projectId, int fromGiB, int toGiB, CancellationToken cancellationToken)
    {
        var (limits, use) = await EnterAsync(projectId, QuotaResource.OfVolumes, cancellationToken);
        RequireVolumeSize(limits, toGiB);
        RequireGigabytes(limits, use, toGiB - fromGiB);
    }

    /// <summary>One more backup policy; their number is bounded by the program.</summary>
    public async Task RequirePolicyAsync(string projectId, CancellationToken cancellationToken)
    {
        await TakeTurnAsync(projectId, cancellationToken);
        var policies = await database.BackupPolicies.CountAsync(
            policy => policy.ProjectId == projectId && policy.DeletedAt == null, cancellationToken);
        if (policies >= MostPolicies)
            throw Over(
                $"BackupPolicyLimitExceeded: Maximum number of backup policies allowed ({MostPolicies}) exceeded");
    }

    private async Task<(Dictionary<string, int> Limits, QuotaUse Use)> EnterAsync(
        string projectId, IReadOnlyList<string> resources, CancellationToken cancellationToken)
    {
        var unlimited = await quotas.OfProjectAsync(projectId, cancellationToken);
        if (resources.All(resource => unlimited[resource] < 0))
            return (unlimited, QuotaUse.Nothing);
        await TakeTurnAsync(projectId, cancellationToken);
        return (await quotas.OfProjectAsync(projectId, cancellationToken),
            await database.CountUseAsync(projectId, resources, cancellationToken));
    }

    /// <summary>
    /// Takes the project's turn, until the end of the transaction; whatever is read after it is as the one before left
    /// it. Taken twice, the second time changes nothing.
    /// </summary>
    public async Task TakeTurnAsync(string projectId, CancellationToken cancellationToken)
    {
        if (database.Database.CurrentTransaction is null)
            throw new InvalidOperationException("A quota is looked at outside of the transaction that it is for.");
        await database.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO "ProjectTurns" ("ProjectId", "Number") VALUES ({projectId}, 0)
            ON CONFLICT ("ProjectId") DO NOTHING
            """,
            cancellationToken);
        await database.ProjectTurns.Where(turn => turn.ProjectId == projectId).ExecuteUpdateAsync(
            set => set.SetProperty(turn => turn.Number, turn => turn.Number + 1), cancellationToken);
    }

    private static void RequireVolumeSize(Dictionary<string, int> limits, int sizeGiB)
    {
        if (IsOver(limits[QuotaResource.PerVolumeGigabytes], sizeGiB))
            throw Over(
                $"VolumeSizeExceedsLimit: Requested volume size {sizeGiB}G is larger than maximum allowed limit " +
                $"{limits[QuotaResource.PerVolumeGigabytes]}G.");
    }

    private static void RequireGigabytes(Dictionary<string, int> limits, QuotaUse use, int sizeGiB)
    {
        if (IsOver(limits[QuotaResource.Gigabytes], use.Gigabytes + sizeGiB))
            throw Over(
                "VolumeSizeExceedsAvailableQuota: Requested volume or snapshot exceeds allowed gigabytes quota. " +
                Sizes(sizeGiB, limits[QuotaResource.Gigabytes], use.Gigabytes));
    }

    private static bool IsOver(int limit, long wanted) => limit >= 0 && wanted > limit;

    private static string Sizes(int requested, int limit, long used) =>
        $"Requested {requested}G, quota is {limit}G and {used}G has been consumed.";

    private static ApiFaultException Over(string message) => new(StatusCodes.Status413PayloadTooLarge, message);
}
