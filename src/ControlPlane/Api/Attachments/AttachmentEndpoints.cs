using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;

namespace BackupEngine.ControlPlane.Api.Attachments;

/// <summary>The routes of attachments.</summary>
internal static class AttachmentEndpoints
{
    /// <summary>The first version that has them.</summary>
    public const int Since = 27;

    /// <summary>The first version in which an attachment is completed.</summary>
    public const int CompleteSince = 44;

    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/attachments", CreateAsync);
        routes.MapGet("/attachments", ListAsync);
        routes.MapGet("/attachments/detail", ListDetailsAsync);
        routes.MapGet("/attachments/{id}", ShowAsync);
        routes.MapPut("/attachments/{id}", UpdateAsync);
        routes.MapDelete("/attachments/{id}", DeleteAsync);
        routes.MapPost("/attachments/{id}/action", ActAsync);
    }

    private static async Task<IResult> CreateAsync(
        ApiRequest request, AttachmentChanges changes, EngineDatabase database, CancellationToken cancellationToken)
    {
        request.RequireVersion(Since);
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        var id = await changes.CreateAsync(request, body, cancellationToken);
        return await AnswerAsync(request, $"{id}", database, PolicyRules.AttachmentCreate, cancellationToken);
    }

    private static async Task<IResult> ListAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        request.RequireVersion(Since);
        var page = await RecordLister.ListAsync(
            AttachmentRecord.In(database), AttachmentLists.Resource, request, cancellationToken);
        return page.ToAnswer(
            request, AttachmentLists.Resource, "", AttachmentSummary.Of, ApiJson.Relaxed.AttachmentSummary);
    }

    private static async Task<IResult> ListDetailsAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        request.RequireVersion(Since);
        var page = await RecordLister.ListAsync(
            AttachmentRecord.In(database), AttachmentLists.Resource, request, cancellationToken);
        return page.ToAnswer(
            request, AttachmentLists.Resource, "/detail", AttachmentDetail.Of, ApiJson.Relaxed.AttachmentDetail);
    }

    private static Task<IResult> ShowAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        request.RequireVersion(Since);
        return AnswerAsync(request, id, database, PolicyRules.VolumeGet, cancellationToken);
    }

    private static async Task<IResult> UpdateAsync(
        ApiRequest request,
        string id,
        AttachmentChanges changes,
        EngineDatabase database,
        CancellationToken cancellationToken)
    {
        request.RequireVersion(Since);
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        await changes.ConnectAsync(request, id, body, cancellationToken);
        return await AnswerAsync(request, id, database, PolicyRules.AttachmentUpdate, cancellationToken);
    }

    /// <summary>Answers with the attachments that the volume still has: there is none.</summary>
    private static async Task<IResult> DeleteAsync(
        ApiRequest request, string id, AttachmentChanges changes, CancellationToken cancellationToken)
    {
        request.RequireVersion(Since);
        await changes.DeleteAsync(request, id, cancellationToken);
        return new ListAnswer<AttachmentSummary>(
            AttachmentLists.Resource.Collection, [], ApiJson.Relaxed.AttachmentSummary);
    }

    private static async Task<IResult> ActAsync(
        ApiRequest request, string id, AttachmentChanges changes, CancellationToken cancellationToken)
    {
        request.RequireVersion(CompleteSince);
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        var action = ActionBody.NameOf(body);
        if (action != AttachmentBodies.CompleteAction)
            throw ActionBody.Unknown(action);
        await changes.CompleteAsync(request, id, body, cancellationToken);
        return Results.StatusCode(StatusCodes.Status204NoContent);
    }

    private static async Task<IResult> AnswerAsync(
        ApiRequest request, string id, EngineDatabase database, PolicyRule rule, CancellationToken cancellationToken)
    {
        var attachment = await database.FindAttachmentAsync(request, id, rule, cancellationToken);
        return new ObjectAnswer<AttachmentDetail>(
            AttachmentBodies.Field, AttachmentDetail.Of(request, attachment), ApiJson.Relaxed.AttachmentDetail);
    }
}
