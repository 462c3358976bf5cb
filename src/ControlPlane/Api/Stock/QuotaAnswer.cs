using System.Text.Json;
using BackupEngine.ControlPlane.Api.Answers;

namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>The quotas of a project. Nothing is limited; what is used is told where it was asked for.</summary>
internal sealed class QuotaAnswer(string projectId, AbsoluteLimitsView? use) : IResult
{
    private const int Unlimited = -1;

    /// <inheritdoc/>
    public Task ExecuteAsync(HttpContext httpContext) =>
        AnswerWriter.WriteAsync(httpContext, StatusCodes.Status200OK, writer =>
        {
            writer.WriteStartObject("quota_set");
            writer.WriteString("id", projectId);
            Write(writer, "volumes", use?.TotalVolumesUsed);
            Write(writer, "snapshots", use?.TotalSnapshotsUsed);
            Write(writer, "gigabytes", use?.TotalGigabytesUsed);
            Write(writer, "backups", use?.TotalBackupsUsed);
            Write(writer, "backup_gigabytes", use?.TotalBackupGigabytesUsed);
            Write(writer, "per_volume_gigabytes", use is null ? null : 0);
            Write(writer, "groups", use is null ? null : 0);
            writer.WriteEndObject();
        });

    private static void Write(Utf8JsonWriter writer, string name, long? used)
    {
        if (used is null)
        {
            writer.WriteNumber(name, Unlimited);
            return;
        }

        writer.WriteStartObject(name);
        writer.WriteNumber("limit", Unlimited);
        writer.WriteNumber("in_use", used.Value);
        writer.WriteNumber("reserved", 0);
        writer.WriteEndObject();
    }
}
