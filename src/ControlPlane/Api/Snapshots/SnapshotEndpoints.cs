using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Snapshots;

/// <summary>The routes of snapshots.</summary>
internal static class SnapshotEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/snapshots", CreateAsync);
        routes.MapGet("/snapshots", ListAsync);
        routes.MapGet("/snapshots/detail", ListDetailAsync);
        routes.MapGet("/snapshots/{id}", ShowAsync);
        routes.MapPut("/snapshots/{id}", UpdateAsync);
        routes.MapDelete("/snapshots/{id}", DeleteAsync);
        routes.MapPost("/snapshots/{id}/action", ActAsync);
    }

    private static async Task<IResult> CreateAsync(
        ApiRequest request, SnapshotCreation creation, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        SnapshotBodies.Create.Require(body);
        var snapshot = await creation.CreateAsync(request, body, cancellationToken);
        return new ObjectAnswer<SnapshotDetail>(
            "snapshot", SnapshotViews.Summary(request, snapshot), ApiJson.Relaxed.SnapshotDetail,
            StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ListAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        var page = await RecordLister.ListAsync(database.Snapshots, SnapshotLists.Resource, request, cancellationToken);
        return page.ToAnswer(
            request, SnapshotLists.Resource, "", SnapshotViews.Summary, ApiJson.Relaxed.SnapshotDetail);
    }

    private static async Task<IResult> ListDetailAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        var page = await RecordLister.ListAsync(database.Snapshots, SnapshotLists.Resource, request, cancellationToken);
        return page.ToAnswer(
            request, SnapshotLists.Resource, "/detail", SnapshotViews.Detail, ApiJson.Relaxed.SnapshotDetail);
    }

    private static async Task<IResult> ShowAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        var snapshot = await database.FindSnapshotAsync(request, id, PolicyRules.SnapshotGet, cancellationToken);
        return new ObjectAnswer<SnapshotDetail>(
            "snapshot", SnapshotViews.Detail(request, snapshot), ApiJson.Relaxed.SnapshotDetail);
    }

    private static async Task<IResult> UpdateAsync(
        ApiRequest request, string id, EngineDatabase database, TimeProvider clock, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        SnapshotBodies.Update.Require(body);
        var snapshot = await database.FindSnapshotAsync(request, id, PolicyRules.SnapshotUpdate, cancellationToken);
        var name = Changed(body["snapshot"]!, "name", "display_name", snapshot.Name);
        var description = Changed(body["snapshot"]!, "description", "display_description", snapshot.Description);
        await database.Snapshots.Where(row => row.Id == snapshot.Id).ExecuteUpdateAsync(
            set => set.SetProperty(row => row.Name, name)
                .SetProperty(row => row.Description, description)
                .SetProperty(row => row.UpdatedAt, clock.GetUtcNow().UtcDateTime),
            cancellationToken);
        var updated = await database.FindSnapshotAsync(request, id, PolicyRules.SnapshotUpdate, cancellationToken);
        return new ObjectAnswer<SnapshotDetail>(
            "snapshot", SnapshotViews.Summary(request, updated), ApiJson.Relaxed.SnapshotDetail);
    }

    private static async Task<IResult> DeleteAsync(
        ApiRequest request, string id, SnapshotDeletion deletion, CancellationToken cancellationToken)
    {
        await deletion.DeleteAsync(request, id, cancellationToken);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ActAsync(
        ApiRequest request, string id, SnapshotActions actions, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        await actions.ActAsync(request, id, body, cancellationToken);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static string? Changed(BodyValue fields, string name, string oldName, string? present)
    {
        var given = fields.Fields.ContainsKey(name) ? name : oldName;
        return fields.Fields.ContainsKey(given) ? BodyFields.ReadTrimmed(fields, given) : present;
    }
}
