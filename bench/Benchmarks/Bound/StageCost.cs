using System.Text.Json.Serialization;

namespace BackupEngine.Benchmarks.Bound;

/// <summary>CPU seconds and bytes of the stages that no full backup can do without.</summary>
internal sealed class StageCost
{
    [JsonPropertyName("volume_bytes")]
    public long VolumeBytes { get; init; }

    [JsonPropertyName("zero_scan_seconds")]
    public double ZeroScanSeconds { get; set; }

    [JsonPropertyName("hash_seconds")]
    public double HashSeconds { get; set; }

    [JsonPropertyName("compress_seconds")]
    public double CompressSeconds { get; set; }

    [JsonPropertyName("unique_bytes")]
    public long UniqueBytes { get; set; }

    /// <summary>Bodies alone, without the headers of records.</summary>
    [JsonPropertyName("stored_bytes")]
    public long StoredBytes { get; set; }
}
