using System.Globalization;
using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Notifications;

/// <summary>
/// A notification as JSON: the fields of oslo.messaging's notifier, the context of the request, and as its payload what
/// Cinder tells of a backup.
/// </summary>
internal static class NotificationMessage
{
    private const string MessageTime = "yyyy-MM-dd HH:mm:ss.ffffff";

    private const string RecordTime = "yyyy-MM-dd'T'HH:mm:ss'+00:00'";

    /// <summary>The whole message, without its envelope.</summary>
    /// <param name="id">Its id.</param>
    /// <param name="host">The host that tells it.</param>
    /// <param name="told">What it tells.</param>
    /// <param name="backup">The record as it is then.</param>
    /// <param name="requestId">The request that asked for the action; empty where it is not known.</param>
    /// <param name="now">UTC.</param>
    /// <param name="percent">How far the backup has come; null where that is not what is told.</param>
    public static string Write(
        Guid id, string host, NotificationEvent told, BackupEntity backup, string requestId, DateTime now, int? percent)
    {
        var payload = Payload(backup);
        if (percent is { } come)
            payload["backup_percent"] = come;
        return new JsonObject
        {
            ["message_id"] = id.ToString(),
            ["publisher_id"] = $"backup.{host}",
            ["event_type"] = told.Type,
            ["priority"] = told.Priority,
            ["payload"] = payload,
            ["timestamp"] = now.ToString(MessageTime, CultureInfo.InvariantCulture),
            // Consumers of oslo.messaging leave out a message whose unique id they have just seen.
            ["_unique_id"] = id.ToString("N"),
            ["_context_request_id"] = requestId.Length > 0 ? requestId : null,
            ["_context_project_id"] = backup.ProjectId,
            ["_context_tenant"] = backup.ProjectId,
            ["_context_user_id"] = backup.UserId,
            ["_context_user"] = backup.UserId,
        }.ToJsonString();
    }

    /// <summary>What the broker is given: the message as text in an envelope of the format's version 2.0.</summary>
    public static string Envelop(string message) => new JsonObject
    {
        ["oslo.version"] = "2.0",
        ["oslo.message"] = message,
    }.ToJsonString();

    private static JsonObject Payload(BackupEntity backup) => new()
    {
        ["tenant_id"] = backup.ProjectId,
        ["user_id"] = backup.UserId,
        ["availability_zone"] = backup.AvailabilityZone,
        ["backup_id"] = backup.Id.ToString(),
        ["host"] = backup.Host,
        ["display_name"] = backup.Name,
        ["created_at"] = backup.CreatedAt.ToString(RecordTime, CultureInfo.InvariantCulture),
        ["status"] = backup.Status,
        ["volume_id"] = backup.VolumeId.ToString(),
        ["size"] = backup.SizeGiB,
        ["service_metadata"] = backup.StoredId().ToString(),
        ["service"] = BackupEntity.Service,
        ["fail_reason"] = backup.FailReason,
        ["parent_id"] = backup.ParentId?.ToString(),
        // As in the REST API and in exported records: no backup needs another one.
        ["num_dependent_backups"] = 0,
        ["snapshot_id"] = backup.SnapshotId?.ToString(),
    };
}
