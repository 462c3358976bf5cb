using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>Limits, and what is used of them; sizes in GiB. -1: without limit.</summary>
internal sealed record AbsoluteLimitsView
{
    /// <summary>Volumes.</summary>
    [JsonPropertyName("maxTotalVolumes")]
    public int MaxTotalVolumes { get; init; } = -1;

    /// <summary>Snapshots.</summary>
    [JsonPropertyName("maxTotalSnapshots")]
    public int MaxTotalSnapshots { get; init; } = -1;

    /// <summary>Backups.</summary>
    [JsonPropertyName("maxTotalBackups")]
    public int MaxTotalBackups { get; init; } = -1;

    /// <summary>GiB of volumes and snapshots.</summary>
    [JsonPropertyName("maxTotalVolumeGigabytes")]
    public int MaxTotalVolumeGigabytes { get; init; } = -1;

    /// <summary>GiB of backups.</summary>
    [JsonPropertyName("maxTotalBackupGigabytes")]
    public int MaxTotalBackupGigabytes { get; init; } = -1;

    /// <summary>Volumes in use.</summary>
    [JsonPropertyName("totalVolumesUsed")]
    public required int TotalVolumesUsed { get; init; }

    /// <summary>Snapshots in use.</summary>
    [JsonPropertyName("totalSnapshotsUsed")]
    public required int TotalSnapshotsUsed { get; init; }

    /// <summary>Backups in use.</summary>
    [JsonPropertyName("totalBackupsUsed")]
    public required int TotalBackupsUsed { get; init; }

    /// <summary>GiB of volumes and snapshots in use.</summary>
    [JsonPropertyName("totalGigabytesUsed")]
    public required long TotalGigabytesUsed { get; init; }

    /// <summary>GiB of backups in use: the sizes of their volumes.</summary>
    [JsonPropertyName("totalBackupGigabytesUsed")]
    public required long TotalBackupGigabytesUsed { get; init; }
}
