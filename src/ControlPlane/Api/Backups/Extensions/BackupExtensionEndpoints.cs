using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Backups.Extensions;

/// <summary>
/// What Block Storage does not tell of a backup: resources of their own below it, so that nothing is added to those
/// whose form clients know.
/// </summary>
internal static class BackupExtensionEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/backups/{id}/progress", ProgressAsync);
        routes.MapGet("/backups/{id}/statistics", StatisticsAsync);
        routes.MapGet("/backups/{id}/chain", ChainAsync);
        routes.MapGet("/backups/{id}/verification", VerificationAsync);
        routes.MapDelete("/backups/{id}/verification", CancelVerificationAsync);
    }

    private static async Task<IResult> ProgressAsync(
        ApiRequest request,
        string id,
        EngineDatabase database,
        ProgressReader progress,
        CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupProgress, cancellationToken);
        return new ObjectAnswer<ProgressView>(
            "progress", await progress.ReadAsync(backup, cancellationToken), ApiJson.Relaxed.ProgressView);
    }

    private static async Task<IResult> StatisticsAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupStatistics, cancellationToken);
        return new ObjectAnswer<StatisticsView>(
            "statistics", StatisticsView.Of(backup), ApiJson.Relaxed.StatisticsView);
    }

    private static async Task<IResult> ChainAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupStatistics, cancellationToken);
        var others = await database.Backups.AsNoTracking()
            .Where(row => row.VolumeId == backup.VolumeId && row.ProjectId == backup.ProjectId)
            .Where(row => row.CreatedAt <= backup.CreatedAt)
            .OrderByDescending(row => row.CreatedAt)
            .Take(ChainView.Most * 10)
            .ToListAsync(cancellationToken);
        return new ObjectAnswer<ChainView>(
            "chain", ChainView.Of(request, backup, others), ApiJson.Relaxed.ChainView);
    }

    private static async Task<IResult> VerificationAsync(
        ApiRequest request,
        string id,
        BackupVerifications verifications,
        ProgressReader progress,
        CancellationToken cancellationToken)
    {
        var asked = await verifications.FindAsync(request, id, cancellationToken);
        var view = VerificationView.Of(
            asked, await progress.ReadAsync(asked, cancellationToken), request.Caller.IsAdmin);
        return new ObjectAnswer<VerificationView>("verification", view, ApiJson.Relaxed.VerificationView);
    }

    private static async Task<IResult> CancelVerificationAsync(
        ApiRequest request, string id, BackupVerifications verifications, CancellationToken cancellationToken)
    {
        await verifications.CancelAsync(request, id, cancellationToken);
        return Results.StatusCode(StatusCodes.Status202Accepted);
    }
}
