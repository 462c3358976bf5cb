using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Backups.Extensions;
using BackupEngine.ControlPlane.Api.Backups.Records;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Idempotency;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>The routes of backups.</summary>
internal static class BackupEndpoints
{
    private const int UpdateSince = 9;
    private const string VerifyAction = "os-verify";

    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapPost("/backups", CreateAsync);
        routes.MapGet("/backups", ListAsync);
        routes.MapGet("/backups/detail", ListDetailAsync);
        routes.MapGet("/backups/new", IResult (ApiRequest _) => throw Fault.NotFound());
        routes.MapGet("/backups/{id}/edit", IResult (ApiRequest _) => throw Fault.NotFound());
        routes.MapGet("/backups/{id}", ShowAsync);
        routes.MapPut("/backups/{id}", UpdateAsync);
        routes.MapDelete("/backups/{id}", DeleteAsync);
        routes.MapPost("/backups/{id}/restore", RestoreAsync);
        routes.MapPost("/backups/{id}/action", ActAsync);
        routes.MapGet("/backups/{id}/steps", StepsAsync);
        BackupExtensionEndpoints.Map(routes);
        BackupRecordEndpoints.Map(routes);
    }

    private static async Task<IResult> CreateAsync(
        ApiRequest request, BackupCreation creation, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        BackupBodies.Create(request.Version).Require(body);
        var asked = NewBackup.Read(body) with { Key = IdempotencyKey.Read(request.Http, body) };
        var backup = await creation.CreateAsync(request, asked, cancellationToken);
        return new ObjectAnswer<BackupSummary>(
            "backup",
            BackupViews.Summary(request, backup),
            ApiJson.Relaxed.BackupSummary,
            StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ListAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        var page = await RecordLister.ListAsync(database.Backups, BackupLists.Resource, request, cancellationToken);
        return page.ToAnswer(request, BackupLists.Resource, "", BackupViews.Summary, ApiJson.Relaxed.BackupSummary);
    }

    private static async Task<IResult> ListDetailAsync(
        ApiRequest request, EngineDatabase database, CancellationToken cancellationToken)
    {
        var page = await RecordLister.ListAsync(database.Backups, BackupLists.Resource, request, cancellationToken);
        return page.ToAnswer(
            request, BackupLists.Resource, "/detail", BackupViews.Detail, ApiJson.Relaxed.BackupDetail);
    }

    private static async Task<IResult> ShowAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupGet, cancellationToken);
        return new ObjectAnswer<BackupDetail>(
            "backup", BackupViews.Detail(request, backup), ApiJson.Relaxed.BackupDetail);
    }

    private static async Task<IResult> UpdateAsync(
        ApiRequest request, string id, BackupUpdate update, CancellationToken cancellationToken)
    {
        if (!request.Version.Has(UpdateSince))
            throw Fault.NotFound();
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        BackupBodies.Update(request.Version).Require(body);
        var backup = await update.UpdateAsync(request, id, body, cancellationToken);
        return new ObjectAnswer<BackupSummary>(
            "backup", BackupViews.Summary(request, backup), ApiJson.Relaxed.BackupSummary);
    }

    private static async Task<IResult> DeleteAsync(
        ApiRequest request, string id, BackupDeletion deletion, CancellationToken cancellationToken)
    {
        await deletion.DeleteAsync(request, id, cancellationToken);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> RestoreAsync(
        ApiRequest request, string id, BackupRestoration restoration, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        BackupBodies.Restore.Require(body);
        var restore = body["restore"]!;
        var volumeId = UuidSchema.Read(restore["volume_id"]);
        var name = BodyFields.ReadTrimmed(restore, "name");
        var options = ActionOptions.Read(restore);
        var answer = await restoration.RestoreAsync(request, id, volumeId, name, options, cancellationToken);
        return new ObjectAnswer<RestoreView>(
            "restore", answer, ApiJson.Relaxed.RestoreView, StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> ActAsync(
        ApiRequest request,
        string id,
        BackupActions actions,
        BackupVerifications verifications,
        ProgressReader progress,
        CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        if (ActionBody.NameOf(body) == VerifyAction)
            return await VerifyAsync(request, id, body, verifications, progress, cancellationToken);
        await actions.ActAsync(request, id, body, cancellationToken);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }

    /// <summary>The one action with an answer: the verification that was begun.</summary>
    private static async Task<IResult> VerifyAsync(
        ApiRequest request,
        string id,
        BodyValue body,
        BackupVerifications verifications,
        ProgressReader progress,
        CancellationToken cancellationToken)
    {
        BackupBodies.Verify.Require(body);
        var asked = await verifications.BeginAsync(request, id, body[VerifyAction], cancellationToken);
        var view = VerificationView.Of(
            asked, await progress.ReadAsync(asked, cancellationToken), request.Caller.IsAdmin);
        return new ObjectAnswer<VerificationView>(
            "verification", view, ApiJson.Relaxed.VerificationView, StatusCodes.Status202Accepted);
    }

    private static async Task<IResult> StepsAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupSteps, cancellationToken);
        var steps = await database.BackupSteps.AsNoTracking().Where(step => step.BackupId == backup.Id)
            .OrderBy(step => step.Sequence).ToListAsync(cancellationToken);
        return new ListAnswer<BackupStepView>(
            "steps", [.. steps.Select(step => BackupViews.Step(request, step))], ApiJson.Relaxed.BackupStepView);
    }
}
