using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Schedules.Retention;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>
/// What a policy would keep, of one volume or of all, page by page: a page has whole volumes, since what is kept of a
/// volume is decided about all its backups. Changes nothing, ever.
/// </summary>
internal static class RetentionEndpoint
{
    /// <summary>The most volumes of a page.</summary>
    public const int MostVolumes = 100;

    private const string Field = "retention";

    /// <summary>Answers a request.</summary>
    public static async Task<IResult> AnswerAsync(
        ApiRequest request, string id, EngineDatabase database, RetentionPlanner planner,
        CancellationToken cancellationToken)
    {
        var policy = await database.FindBackupPolicyAsync(request, id, PolicyRules.BackupPolicyGet, cancellationToken);
        if (Read(request, "volume_id") is { } volume)
            return Answer(await planner.PlanAsync(policy, volume, cancellationToken), []);
        return await PageAsync(request, policy, planner, cancellationToken);
    }

    private static async Task<IResult> PageAsync(
        ApiRequest request, BackupPolicyEntity policy, RetentionPlanner planner, CancellationToken cancellationToken)
    {
        var query = ListQueryReader.Read(request.Http.Request.Query, request.Version, isAdmin: false);
        var most = Math.Min(query.Limit, MostVolumes);
        if (most == 0)
            return Answer([], []);
        var volumes = await planner.VolumesAsync(policy, Read(request, "marker"), most + 1, cancellationToken);
        var page = volumes.Take(most).ToList();
        return Answer(
            await planner.PlanAsync(policy, page, cancellationToken),
            volumes.Count > most
                ? request.Links.Next($"{PolicyView.Collection}/{policy.Id}/{Field}", page[^1])
                : []);
    }

    private static ListAnswer<RetentionView> Answer(IReadOnlyList<RetentionPlan> plans, IReadOnlyList<Link> next) =>
        new(Field, [.. plans.Select(RetentionView.Of)], ApiJson.Relaxed.RetentionView) { Next = next };

    private static Guid? Read(ApiRequest request, string parameter)
    {
        var text = request.Http.Request.Query[parameter].ToString();
        if (text.Length == 0)
            return null;
        return Guid.TryParse(text, out var id)
            ? id
            : throw Fault.BadRequest($"{parameter} must be the id of a volume, not '{text}'.");
    }
}
