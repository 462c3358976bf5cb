using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Bodies;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Backups.Records;

/// <summary>The routes that take a record out and in, for administrators.</summary>
internal static class BackupRecordEndpoints
{
    /// <summary>Maps the routes.</summary>
    public static void Map(IEndpointRouteBuilder routes)
    {
        routes.MapGet("/backups/{id}/export_record", ExportAsync);
        routes.MapPost("/backups/import_record", ImportAsync);
    }

    private static async Task<IResult> ExportAsync(
        ApiRequest request, string id, EngineDatabase database, CancellationToken cancellationToken)
    {
        var backup = await database.FindBackupAsync(request, id, PolicyRules.BackupExport, cancellationToken);
        if (backup.Status != BackupStatus.Available)
            throw Fault.InvalidBackup("Backup status must be available and not creating.");
        return new ObjectAnswer<BackupRecordView>(
            "backup-record", new BackupRecordView(BackupRecordText.Service, BackupRecordText.Encode(backup)),
            ApiJson.Relaxed.BackupRecordView);
    }

    private static async Task<IResult> ImportAsync(
        ApiRequest request, BackupImport import, CancellationToken cancellationToken)
    {
        var body = await BodyReader.ReadAsync(request.Http, cancellationToken);
        BackupBodies.Import.Require(body);
        request.Require(PolicyRules.BackupImport);
        var record = body["backup-record"]!;
        var backup = await import.ImportAsync(
            request, record["backup_service"]!.Text, record["backup_url"]!.Text, cancellationToken);
        return new ObjectAnswer<BackupSummary>(
            "backup", BackupViews.Summary(request, backup), ApiJson.Relaxed.BackupSummary,
            StatusCodes.Status201Created);
    }
}
