namespace BackupEngine.ControlPlane.Api.Backups.Records;

/// <summary>An exported record.</summary>
/// <param name="BackupService">What reads the data.</param>
/// <param name="BackupUrl">The record, as text.</param>
internal sealed record BackupRecordView(string BackupService, string BackupUrl);
