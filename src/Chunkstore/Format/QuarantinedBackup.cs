using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Format;

/// <summary>A harmed backup in a quarantine file.</summary>
/// <param name="BackupId">The backup.</param>
/// <param name="VolumeId">Its volume; empty where the manifest cannot be read.</param>
/// <param name="Ranges">Offset and length of each lost range, one after another.</param>
internal sealed record QuarantinedBackup(
    [property: JsonPropertyName("backup_id")] string BackupId,
    [property: JsonPropertyName("volume_id")] string VolumeId,
    [property: JsonPropertyName("ranges")] IReadOnlyList<long> Ranges);
