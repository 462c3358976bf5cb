using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>The routes of volumes.</summary>
internal static class VolumeEndpoints
{
    private const int SummarySince = 12;

    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/volumes", CreateAsync);
        routes.MapGet("/volumes", ListAsync);
        routes.MapGet("/volumes/detail", ListDetailAsync);
        routes.MapGet("/volumes/summary", SummarizeAsync);
        routes.MapGet("/volumes/{id}", ShowAsync);
        routes.MapPut("/volumes/{id}", UpdateAsync);
        routes.MapDelete("/volumes/{id}", DeleteAsync);
        routes.MapPost("/volumes/{id}/action", ActAsync);
    }

    private static async Task<IResult> CreateAsync(
        ApiRequest request, VolumeCreation creation, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        VolumeBodies.Create(request.Version).Require(body);
        var volume = await creation.CreateAsync(request, NewVolume.Read(body), cancellationToken);
        return new ObjectAnswer<VolumeDetail>(
            "volume", VolumeViews.Detail(request, volume), ApiJson.Relaxed.VolumeDetail, StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ListAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        var page = await RecordLister.ListAsync(database.Volumes, VolumeLists.Resource, request, cancellationToken);
        return page.ToAnswer(request, VolumeLists.Resource, "", VolumeViews.Summary, ApiJson.Relaxed.VolumeSummary);
    }

    private static async Task<IResult> ListDetailAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        var page = await RecordLister.ListAsync(database.Volumes, VolumeLists.Resource, request, cancellationToken);
        return page.ToAnswer(
            request, VolumeLists.Resource, "/detail", VolumeViews.Detail, ApiJson.Relaxed.VolumeDetail);
    }

    private static async Task<IResult> SummarizeAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        request.RequireVersion(SummarySince);
        request.Require(PolicyRules.VolumeGetAll);
        var all = request.Caller.IsAdmin
            && QueryTruth.TryRead(request.Http.Request.Query["all_tenants"].ToString(), out var asked) && asked;
        var project = request.Caller.ProjectId;
        var volumes = database.Volumes.Where(row => row.DeletedAt == null && (all || row.ProjectId == project));
        return new ObjectAnswer<VolumeTotals>(
            "volume-summary",
            new VolumeTotals(
                await volumes.CountAsync(cancellationToken),
                await volumes.SumAsync(row => (long)row.SizeGiB, cancellationToken)),
            ApiJson.Relaxed.VolumeTotals);
    }

    private static async Task<IResult> ShowAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        var volume = await database.FindVolumeAsync(request, id, PolicyRules.VolumeGet, cancellationToken);
        return new ObjectAnswer<VolumeDetail>(
            "volume", VolumeViews.Detail(request, volume), ApiJson.Relaxed.VolumeDetail);
    }

    private static async Task<IResult> UpdateAsync(
        ApiRequest request, string id, VolumeUpdate update, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        VolumeBodies.Update.Require(body);
        var volume = await update.UpdateAsync(request, id, body, cancellationToken);
        return new ObjectAnswer<VolumeDetail>(
            "volume", VolumeViews.Detail(request, volume), ApiJson.Relaxed.VolumeDetail);
    }

    private static async Task<IResult> DeleteAsync(
        ApiRequest request, string id, VolumeDeletion deletion, CancellationToken cancellationToken)
    {
        await deletion.DeleteAsync(request, id, cancellationToken);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ActAsync(
        ApiRequest request, string id, VolumeActions actions, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        return await actions.ActAsync(request, id, body, cancellationToken);
    }
}
