using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>The routes of backup policies (our extension).</summary>
internal static class PolicyEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/backup-policies", CreateAsync);
        routes.MapGet("/backup-policies", ListAsync);
        routes.MapGet("/backup-policies/{id}", ShowAsync);
        routes.MapPut("/backup-policies/{id}", UpdateAsync);
        routes.MapDelete("/backup-policies/{id}", DeleteAsync);
        routes.MapPost("/backup-policies/{id}/action", ActAsync);
        PolicyStateEndpoints.Map(routes);
    }

    private static async Task<IResult> CreateAsync(
        ApiRequest request, PolicyChanges changes, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        PolicyBodies.Create.Require(body);
        var policy = await changes.CreateAsync(request, body, cancellationToken);
        return new ObjectAnswer<PolicyView>(
            PolicyBodies.Field, PolicyView.Of(request, policy), ApiJson.Relaxed.PolicyView,
            StatusCodes.Status201Created);
    }

    private static async Task<IResult> ListAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        var page = await RecordLister.ListAsync(
            database.BackupPolicies, PolicyLists.Policies, request, cancellationToken);
        return page.ToAnswer(request, PolicyLists.Policies, "", PolicyView.Of, ApiJson.Relaxed.PolicyView);
    }

    private static async Task<IResult> ShowAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        var policy = await database.FindBackupPolicyAsync(request, id, PolicyRules.BackupPolicyGet, cancellationToken);
        return new ObjectAnswer<PolicyView>(
            PolicyBodies.Field, PolicyView.Of(request, policy), ApiJson.Relaxed.PolicyView);
    }

    private static async Task<IResult> UpdateAsync(
        ApiRequest request, string id, PolicyChanges changes, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        PolicyBodies.Update.Require(body);
        var policy = await changes.UpdateAsync(request, id, body, cancellationToken);
        return new ObjectAnswer<PolicyView>(
            PolicyBodies.Field, PolicyView.Of(request, policy), ApiJson.Relaxed.PolicyView);
    }

    private static async Task<IResult> DeleteAsync(
        ApiRequest request, string id, PolicyChanges changes, CancellationToken cancellationToken)
    {
        await changes.DeleteAsync(request, id, cancellationToken);
        return Results.StatusCode(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> ActAsync(
        ApiRequest request, string id, PolicyActions actions, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        await actions.ActAsync(request, id, body, cancellationToken);
        return Results.StatusCode(StatusCodes.Status204NoContent);
    }
}
