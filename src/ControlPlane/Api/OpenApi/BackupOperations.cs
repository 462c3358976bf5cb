using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Backups;
using BackupEngine.ControlPlane.Api.Idempotency;
using BackupEngine.ControlPlane.Api.Versions;

namespace BackupEngine.ControlPlane.Api.OpenApi;

/// <summary>The routes of backups.</summary>
internal static class BackupOperations
{
    private const int Accepted = StatusCodes.Status202Accepted;

    public static readonly ApiOperation[] All =
    [
        new("POST /backups", "Back up a volume or a snapshot")
        {
            Status = Accepted,
            Body = BackupBodies.Create(Microversion.Maximum),
            Headers =
            [
                (
                    IdempotencyKey.Header,
                    "The same key with the same body gets the same answer and makes no second backup (extension)."),
            ],
            Field = "backup",
            Type = ApiJson.Relaxed.BackupSummary,
        },
        new("GET /backups", "List backups")
        {
            Field = "backups",
            Type = ApiJson.Relaxed.BackupSummary,
            IsList = true,
        },
        new("GET /backups/detail", "List backups with everything")
        {
            Field = "backups",
            Type = ApiJson.Relaxed.BackupDetail,
            IsList = true,
        },
        new("GET /backups/new", "Nothing: always 404, as a word that is no id"),
        new("GET /backups/{id}/edit", "Nothing: always 404"),
        new("GET /backups/{id}", "Show a backup") { Field = "backup", Type = ApiJson.Relaxed.BackupDetail },
        new("PUT /backups/{id}", "Change name, description or metadata")
        {
            Since = 9,
            Body = BackupBodies.Update(Microversion.Maximum),
            Field = "backup",
            Type = ApiJson.Relaxed.BackupSummary,
        },
        new("DELETE /backups/{id}", "Delete a backup") { Status = Accepted },
        new("POST /backups/{id}/restore", "Restore to a volume, or to a new one")
        {
            Status = Accepted,
            Body = BackupBodies.Restore,
            Field = "restore",
            Type = ApiJson.Relaxed.RestoreView,
        },
        new(
            "POST /backups/{id}/action",
            "Cancel, verify, protect (extensions); as administrator reset the status, delete by force")
        {
            Status = Accepted,
            Actions =
            [
                BackupBodies.Cancel, BackupBodies.Verify, BackupBodies.Protect, BackupBodies.Unprotect,
                BackupBodies.ResetStatus, BackupBodies.ForceDelete,
            ],
        },
        new("GET /backups/{id}/progress", "Show how far the work on a backup has come (extension)")
        {
            Field = "progress",
            Type = ApiJson.Relaxed.ProgressView,
        },
        new("GET /backups/{id}/statistics", "Show what a backup took and cost (extension)")
        {
            Field = "statistics",
            Type = ApiJson.Relaxed.StatisticsView,
        },
        new("GET /backups/{id}/chain", "Show what a backup was made on the base of (extension)")
        {
            Field = "chain",
            Type = ApiJson.Relaxed.ChainView,
        },
        new("GET /backups/{id}/verification", "Show the verification under way, or the last one (extension)")
        {
            Field = "verification",
            Type = ApiJson.Relaxed.VerificationView,
        },
        new("DELETE /backups/{id}/verification", "Cancel the verification under way (extension)")
        {
            Status = Accepted,
        },
        new("GET /os-backup-queue", "Show what waits for what (extension)")
        {
            Field = "backup_queue",
            Type = ApiJson.Relaxed.IReadOnlyListQueueEntryView,
        },
        new("GET /backups/{id}/steps", "List what was done for a backup (extension)")
        {
            Field = "steps",
            Type = ApiJson.Relaxed.BackupStepView,
            IsList = true,
        },
        new("GET /backups/{id}/export_record", "Take the record out as text")
        {
            ForAdministrators = true,
            Field = "backup-record",
            Type = ApiJson.Relaxed.BackupRecordView,
        },
        new("POST /backups/import_record", "Make a record from such a text")
        {
            Status = StatusCodes.Status201Created,
            ForAdministrators = true,
            Body = BackupBodies.Import,
            Field = "backup",
            Type = ApiJson.Relaxed.BackupSummary,
        },
    ];
}
