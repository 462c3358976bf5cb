using System.Buffers;
using System.Globalization;
using System.Text.Json;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Api.Backups.Records;

/// <summary>
/// A record of a backup as text that can be kept elsewhere: base64 of JSON, with the fields of Cinder's.
/// </summary>
internal static class BackupRecordText
{
    /// <summary>What the engine calls itself where Cinder names its driver: clients look at how it begins.</summary>
    public const string Service = BackupEntity.Service;

    private const string TimeFormat = "yyyy-MM-dd'T'HH:mm:ss'Z'";

    /// <summary>The <c>backup_url</c> of a backup.</summary>
    public static string Encode(BackupEntity backup)
    {
        var buffer = new ArrayBufferWriter<byte>();
        using (var writer = new Utf8JsonWriter(buffer))
        {
            writer.WriteStartObject();
            WriteIdentity(writer, backup);
            WriteContents(writer, backup);
            writer.WriteEndObject();
        }

        return Convert.ToBase64String(buffer.WrittenSpan);
    }

    private static void WriteIdentity(Utf8JsonWriter writer, BackupEntity backup)
    {
        writer.WriteString("id", backup.Id);
        writer.WriteString("user_id", backup.UserId);
        writer.WriteString("project_id", backup.ProjectId);
        writer.WriteString("volume_id", backup.VolumeId);
        writer.WriteString("host", backup.Host);
        writer.WriteString("availability_zone", backup.AvailabilityZone);
        writer.WriteString("container", backup.Container);
        Write(writer, "parent_id", backup.ParentId);
        writer.WriteString("status", backup.Status);
        writer.WriteString("fail_reason", backup.FailReason);
        writer.WriteNumber("size", backup.SizeGiB);
        writer.WriteString("display_name", backup.Name);
        writer.WriteString("display_description", backup.Description);
    }

    private static void WriteContents(Utf8JsonWriter writer, BackupEntity backup)
    {
        writer.WriteString("service_metadata", backup.StoredId().ToString());
        writer.WriteString("service", Service);
        writer.WriteNumber("object_count", backup.ObjectCount);
        writer.WriteNull("temp_volume_id");
        writer.WriteNull("temp_snapshot_id");
        writer.WriteNumber("num_dependent_backups", 0);
        Write(writer, "snapshot_id", backup.SnapshotId);
        Write(writer, "data_timestamp", backup.DataTimestamp);
        Write(writer, "restore_volume_id", backup.RestoreVolumeId);
        writer.WriteStartObject("metadata");
        foreach (var (key, value) in SavedVolume.MetadataOf(backup.MetadataJson))
            writer.WriteString(key, value);
        writer.WriteEndObject();
        writer.WriteNull("encryption_key_id");
        Write(writer, "created_at", backup.CreatedAt);
        Write(writer, "updated_at", backup.UpdatedAt);
        writer.WriteNull("deleted_at");
        writer.WriteBoolean("deleted", false);
        writer.WriteStartObject("driver_info");
        // What Cinder's drivers keep among the stored objects: without it a restore could not name its target.
        writer.WriteString("volume_metadata", backup.VolumeMetadataJson);
        writer.WriteEndObject();
    }

    private static void Write(Utf8JsonWriter writer, string name, Guid? id) => writer.WriteString(name, id?.ToString());

    private static void Write(Utf8JsonWriter writer, string name, DateTime? time) =>
        writer.WriteString(name, time?.ToString(TimeFormat, CultureInfo.InvariantCulture));
}
