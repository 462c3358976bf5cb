using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>Which volumes a policy names: <c>POST /backup-policies/{id}/action</c>.</summary>
internal sealed class PolicyActions(EngineDatabase database)
{
    public const string Assign = "os-assign";
    public const string Exclude = "os-exclude";
    public const string Unassign = "os-unassign";

    /// <summary>Carries out the one action that a body names; done twice, the second time changes nothing.</summary>
    /// <exception cref="ApiFaultException">404 for policy or volume, 400 for the rest.</exception>
    public async Task ActAsync(ApiRequest request, string id, BodyValue body, CancellationToken cancellationToken)
    {
        var action = ActionBody.NameOf(body);
        var schema = action switch
        {
            Assign => PolicyBodies.Assign,
            Exclude => PolicyBodies.Exclude,
            Unassign => PolicyBodies.Unassign,
            _ => throw ActionBody.Unknown(action),
        };
        schema.Require(body);
        var policy = await database.FindBackupPolicyAsync(
            request, id, PolicyRules.BackupPolicyUpdate, cancellationToken);
        var volumeId = UuidSchema.Read(body[action]!["volume_id"])!.Value;
        if (action == Unassign)
            await ForgetAsync(policy.Id, volumeId, cancellationToken);
        else
            await NameAsync(
                policy.Id, await FindVolumeAsync(request, policy, volumeId, cancellationToken), action == Exclude,
                cancellationToken);
    }

    /// <summary>
    /// An administrator may change another project's policy; its volumes are that project's all the same.
    /// </summary>
    private async Task<Guid> FindVolumeAsync(
        ApiRequest request, BackupPolicyEntity policy, Guid id, CancellationToken cancellationToken)
    {
        var volume = await database.FindVolumeAsync(
            request, $"{id}", PolicyRules.VolumeGet, cancellationToken);
        return volume.ProjectId == policy.ProjectId ? volume.Id : throw Fault.VolumeNotFound($"{id}");
    }

    private Task<int> NameAsync(Guid policyId, Guid volumeId, bool excluded, CancellationToken cancellationToken) =>
        database.Database.ExecuteSqlAsync(
            $"""
            INSERT INTO "BackupPolicyVolumes" ("PolicyId", "VolumeId", "Excluded")
            VALUES ({policyId}, {volumeId}, {excluded})
            ON CONFLICT ("PolicyId", "VolumeId") DO UPDATE SET "Excluded" = excluded."Excluded"
            """,
            cancellationToken);

    private Task<int> ForgetAsync(Guid policyId, Guid volumeId, CancellationToken cancellationToken) =>
        database.BackupPolicyVolumes.Where(row => row.PolicyId == policyId && row.VolumeId == volumeId)
            .ExecuteDeleteAsync(cancellationToken);
}
