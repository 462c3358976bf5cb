using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Quotas;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>Makes, changes and deletes backup policies.</summary>
internal sealed class PolicyChanges(EngineDatabase database, QuotaGate quota)
{
    /// <summary>How often a policy that changes at the same moment is looked at again.</summary>
    private const int Attempts = 10;

    /// <summary>Makes a policy.</summary>
    /// <exception cref="ApiFaultException">400, or 413: the project has as many as it may.</exception>
    public async Task<BackupPolicyEntity> CreateAsync(
        ApiRequest request, BodyValue body, CancellationToken cancellationToken)
    {
        request.Require(PolicyRules.BackupPolicyCreate);
        var policy = new BackupPolicyEntity
        {
            Id = Guid.NewGuid(),
            ProjectId = request.Caller.ProjectId,
            UserId = request.Caller.UserId,
            OptionsJson = PolicyJson.Write(new PolicyOptions()),
        };
        PolicyReader.Read(body, policy);
        RequireWhatItDoes(request, policy);
        await using var transaction = await database.Database.BeginTransactionAsync(cancellationToken);
        await quota.RequirePolicyAsync(policy.ProjectId, cancellationToken);
        policy.CreatedAt = await database.UtcNowAsync(cancellationToken);
        policy.NextRunAt = NextOf(policy, policy.CreatedAt);
        database.BackupPolicies.Add(policy);
        await database.SaveChangesAsync(cancellationToken);
        await transaction.CommitAsync(cancellationToken);
        return policy;
    }

    /// <summary>
    /// Changes a policy. A due time that has passed and whose runs are not made yet stays due, unless the policy is
    /// switched off.
    /// </summary>
    /// <exception cref="ApiFaultException">404 or 400.</exception>
    public async Task<BackupPolicyEntity> UpdateAsync(
        ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var policy = await database.FindBackupPolicyAsync(
                request, id, PolicyRules.BackupPolicyUpdate, cancellationToken);
            var (revision, seen) = (policy.Revision, policy.NextRunAt);
            PolicyReader.Read(body, policy);
            RequireWhatItDoes(request, policy);
            var now = await database.UtcNowAsync(cancellationToken);
            (policy.Revision, policy.UpdatedAt) = (revision + 1, now);
            policy.NextRunAt = policy.Enabled && seen <= now ? seen : NextOf(policy, now);
            if (await SaveAsync(policy, revision, seen, cancellationToken))
                return policy;
        }

        throw Fault.BadRequest("The backup policy changes all the time. Try again.");
    }

    /// <summary>Deletes a policy. What is planned is not begun, and its backups stay.</summary>
    /// <exception cref="ApiFaultException">404.</exception>
    public async Task DeleteAsync(ApiRequest request, string id, CancellationToken cancellationToken)
    {
        var policy = await database.FindBackupPolicyAsync(
            request, id, PolicyRules.BackupPolicyDelete, cancellationToken);
        await database.BackupPolicies.Where(row => row.Id == policy.Id && row.DeletedAt == null).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.DeletedAt, row => DateTime.UtcNow)
                .SetProperty(row => row.NextRunAt, (DateTime?)null)
                .SetProperty(row => row.Revision, row => row.Revision + 1),
            cancellationToken);
    }

    /// <summary>A policy does nothing for anybody who may not do it by hand.</summary>
    private static void RequireWhatItDoes(ApiRequest request, BackupPolicyEntity policy)
    {
        request.Require(PolicyRules.BackupCreate, policy);
        if (policy.RetentionJson is not null)
            request.Require(PolicyRules.BackupDelete, policy);
    }

    private static DateTime? NextOf(BackupPolicyEntity policy, DateTime now) =>
        policy.Enabled ? PolicyJson.RecurrenceOf(policy).NextAfter(now) : null;

    private async Task<bool> SaveAsync(
        BackupPolicyEntity policy, long revision, DateTime? seen, CancellationToken cancellationToken) =>
        await database.BackupPolicies
            .Where(row => row.Id == policy.Id && row.DeletedAt == null)
            .Where(row => row.Revision == revision && row.NextRunAt == seen)
            .ExecuteUpdateAsync(
                set => set.SetProperty(row => row.Name, policy.Name)
                    .SetProperty(row => row.Description, policy.Description)
                    .SetProperty(row => row.Enabled, policy.Enabled)
                    .SetProperty(row => row.AllVolumes, policy.AllVolumes)
                    .SetProperty(row => row.TimeZone, policy.TimeZone)
                    .SetProperty(row => row.JitterSeconds, policy.JitterSeconds)
                    .SetProperty(row => row.RulesJson, policy.RulesJson)
                    .SetProperty(row => row.OptionsJson, policy.OptionsJson)
                    .SetProperty(row => row.RetentionJson, policy.RetentionJson)
                    .SetProperty(row => row.NextRunAt, policy.NextRunAt)
                    .SetProperty(row => row.Revision, policy.Revision)
                    .SetProperty(row => row.UpdatedAt, policy.UpdatedAt),
                cancellationToken) > 0;
}
