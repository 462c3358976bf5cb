using System.Text.Json.Nodes;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Notifications;

namespace BackupEngine.ControlPlane.Tests.Notifications;

/// <summary>Field by field what consumers of Cinder's notifications read.</summary>
public sealed class NotificationMessageTests
{
    private static readonly Guid Id = new("11111111-2222-3333-4444-555555555555");

    private static readonly DateTime Now = new(2026, 11, 5, 6, 7, 8, 90, DateTimeKind.Utc);

    [Fact]
    public void A_message_has_the_fields_of_oslo_messaging_and_the_payload_of_cinder()
    {
        var parent = Guid.NewGuid();
        var snapshot = Guid.NewGuid();
        var backup = Backup();
        (backup.ParentId, backup.SnapshotId) = (parent, snapshot);
        (backup.Name, backup.AvailabilityZone, backup.Host) = ("täglich", "nova", "host-b");

        AssertSame(
            $$"""
            {
              "message_id": "{{Id}}",
              "publisher_id": "backup.host-a",
              "event_type": "backup.create.start",
              "priority": "INFO",
              "payload": {
                "tenant_id": "project",
                "user_id": "user",
                "availability_zone": "nova",
                "backup_id": "{{backup.Id}}",
                "host": "host-b",
                "display_name": "täglich",
                "created_at": "2026-11-01T02:03:04+00:00",
                "status": "creating",
                "volume_id": "{{backup.VolumeId}}",
                "size": 7,
                "service_metadata": "{{backup.Id}}",
                "service": "cinder.backup.drivers.backupengine.BackupEngineDriver",
                "fail_reason": null,
                "parent_id": "{{parent}}",
                "num_dependent_backups": 0,
                "snapshot_id": "{{snapshot}}"
              },
              "timestamp": "2026-11-05 06:07:08.090000",
              "_unique_id": "11111111222233334444555555555555",
              "_context_request_id": "req-1",
              "_context_project_id": "project",
              "_context_tenant": "project",
              "_context_user_id": "user",
              "_context_user": "user"
            }
            """,
            NotificationMessage.Write(
                Id, "host-a", NotificationEvent.StartOf("create"), backup, "req-1", Now, percent: null));
    }

    [Fact]
    public void A_failure_is_told_with_its_reason_at_the_priority_of_errors()
    {
        var backup = Backup();
        (backup.Status, backup.FailReason) = (BackupStatus.Error, "step 12 \"remove-data\": it is gone");

        var message = JsonNode.Parse(NotificationMessage.Write(
            Id, "host-a", NotificationEvent.FailureOf("delete"), backup, requestId: "", Now, percent: null))!;

        Assert.Equal("backup.delete.error", (string?)message["event_type"]);
        Assert.Equal("ERROR", (string?)message["priority"]);
        Assert.Equal(backup.FailReason, (string?)message["payload"]!["fail_reason"]);
        Assert.Null(message["_context_request_id"]);
        Assert.Null(message["payload"]!["parent_id"]);
        Assert.False(message["payload"]!.AsObject().ContainsKey("backup_percent"));
    }

    [Fact]
    public void Progress_is_told_in_hundredths()
    {
        var message = JsonNode.Parse(NotificationMessage.Write(
            Id, "host-a", NotificationEvent.Progress, Backup(), "req-1", Now, percent: 42))!;

        Assert.Equal("backup.createprogress", (string?)message["event_type"]);
        Assert.Equal(42, (int?)message["payload"]!["backup_percent"]);
    }

    [Fact]
    public void The_envelope_is_that_of_version_2_with_the_message_as_text()
    {
        const string message = """{"payload":{"display_name":"a \"quoted\" name"}}""";

        var envelope = JsonNode.Parse(NotificationMessage.Envelop(message))!.AsObject();

        Assert.Equal(["oslo.version", "oslo.message"], envelope.Select(field => field.Key));
        Assert.Equal("2.0", (string?)envelope["oslo.version"]);
        AssertSame(message, (string?)envelope["oslo.message"]);
    }

    private static BackupEntity Backup() => new()
    {
        Id = Guid.NewGuid(),
        ProjectId = "project",
        UserId = "user",
        VolumeId = Guid.NewGuid(),
        SizeGiB = 7,
        CreatedAt = new DateTime(2026, 11, 1, 2, 3, 4, DateTimeKind.Utc),
    };

    private static void AssertSame(string expected, string? actual) => Assert.Equal(
        JsonNode.Parse(expected)!.ToJsonString(), JsonNode.Parse(actual!)!.ToJsonString());
}
