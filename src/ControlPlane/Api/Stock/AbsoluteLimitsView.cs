using System.Text.Json.Serialization;
using BackupEngine.ControlPlane.Api.Quotas;

namespace BackupEngine.ControlPlane.Api.Stock;

/// <summary>
/// Limits, and what is used of them, for those who may see that; sizes in GiB. -1: without limit.
/// </summary>
internal sealed record AbsoluteLimitsView
{
    /// <summary>Volumes.</summary>
    [JsonPropertyName("maxTotalVolumes")]
    public required int MaxTotalVolumes { get; init; }

    /// <summary>Snapshots.</summary>
    [JsonPropertyName("maxTotalSnapshots")]
    public required int MaxTotalSnapshots { get; init; }

    /// <summary>Backups.</summary>
    [JsonPropertyName("maxTotalBackups")]
    public required int MaxTotalBackups { get; init; }

    /// <summary>GiB of volumes and snapshots.</summary>
    [JsonPropertyName("maxTotalVolumeGigabytes")]
    public required int MaxTotalVolumeGigabytes { get; init; }

    /// <summary>GiB of backups.</summary>
    [JsonPropertyName("maxTotalBackupGigabytes")]
    public required int MaxTotalBackupGigabytes { get; init; }

    /// <summary>Volumes in use.</summary>
    [JsonPropertyName("totalVolumesUsed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TotalVolumesUsed { get; init; }

    /// <summary>Snapshots in use.</summary>
    [JsonPropertyName("totalSnapshotsUsed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TotalSnapshotsUsed { get; init; }

    /// <summary>Backups in use.</summary>
    [JsonPropertyName("totalBackupsUsed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public int? TotalBackupsUsed { get; init; }

    /// <summary>GiB of volumes and snapshots in use.</summary>
    [JsonPropertyName("totalGigabytesUsed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? TotalGigabytesUsed { get; init; }

    /// <summary>GiB of backups in use: the sizes of their volumes.</summary>
    [JsonPropertyName("totalBackupGigabytesUsed")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public long? TotalBackupGigabytesUsed { get; init; }

    /// <summary>Limits and use of a project; the use is null where it is not to be seen.</summary>
    public static AbsoluteLimitsView Of(IReadOnlyDictionary<string, int> limits, QuotaUse? use) => new()
    {
        MaxTotalVolumes = limits[QuotaResource.Volumes],
        MaxTotalSnapshots = limits[QuotaResource.Snapshots],
        MaxTotalBackups = limits[QuotaResource.Backups],
        MaxTotalVolumeGigabytes = limits[QuotaResource.Gigabytes],
        MaxTotalBackupGigabytes = limits[QuotaResource.BackupGigabytes],
        TotalVolumesUsed = use?.Volumes,
        TotalSnapshotsUsed = use?.Snapshots,
        TotalBackupsUsed = use?.Backups,
        TotalGigabytesUsed = use?.Gigabytes,
        TotalBackupGigabytesUsed = use?.BackupGigabytes,
    };
}
