using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Volumes;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>What policies hold for, what they did, and what they would keep.</summary>
internal static class PolicyStateEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/backup-policies/{id}/volumes", VolumesAsync);
        routes.MapGet("/backup-policies/{id}/retention", RetentionEndpoint.AnswerAsync);
        routes.MapGet("/backup-policy-runs", RunsAsync);
        routes.MapGet("/volumes/{id}/backup-policies", PoliciesAsync);
        routes.MapGet("/backups/{id}/protection", ProtectionAsync);
    }

    private static async Task<IResult> VolumesAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        var policy = await database.FindBackupPolicyAsync(request, id, PolicyRules.BackupPolicyGet, cancellationToken);
        var page = await RecordLister.ListScopedAsync(
            database.VolumesOf(policy).AsNoTracking(), VolumeLists.Resource, request, cancellationToken);
        var ids = page.Items.Select(volume => volume.Id).ToList();
        var last = await database.BackupPolicyRuns.AsNoTracking()
            .Where(run => run.PolicyId == policy.Id && ids.Contains(run.VolumeId))
            .Where(run => !database.BackupPolicyRuns.Any(other => other.PolicyId == run.PolicyId
                && other.VolumeId == run.VolumeId && other.DueAt > run.DueAt))
            .ToDictionaryAsync(run => run.VolumeId, RunView.Of, cancellationToken);
        return new ListAnswer<PolicyVolumeView>(
            "volumes",
            [.. page.Items.Select(volume => ViewOf(volume, last.GetValueOrDefault(volume.Id)))],
            ApiJson.Relaxed.PolicyVolumeView)
        {
            Next = page.HasNext
                ? request.Links.Next($"{PolicyView.Collection}/{policy.Id}/volumes", page.Items[^1].Id)
                : [],
            Count = page.Count,
        };
    }

    private static PolicyVolumeView ViewOf(VolumeEntity volume, RunView? last) =>
        new(volume.Id, volume.Name, volume.Status, volume.SizeGiB, last);

    private static async Task<IResult> RunsAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        var page = await RecordLister.ListAsync(
            database.BackupPolicyRuns, PolicyLists.Runs, request, cancellationToken);
        return page.ToAnswer(request, PolicyLists.Runs, "", RunView.Of, ApiJson.Relaxed.RunView);
    }

    private static async Task<IResult> ProtectionAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupGet, cancellationToken);
        return new ObjectAnswer<ProtectionView>(
            "protection",
            new ProtectionView(backup.Id, backup.Protected, backup.PolicyId),
            ApiJson.Relaxed.ProtectionView);
    }

    private static async Task<IResult> PoliciesAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        var volume = await database.FindVolumeAsync(
            request, id, PolicyRules.BackupPolicyGetAll, cancellationToken);
        var policies = await database.PoliciesOf(volume).AsNoTracking()
            .OrderBy(policy => policy.Name).ThenBy(policy => policy.Id).ToListAsync(cancellationToken);
        return new ListAnswer<PolicyView>(
            PolicyView.Collection,
            [.. policies.Select(policy => PolicyView.Of(request, policy))],
            ApiJson.Relaxed.PolicyView);
    }
}
