using BackupEngine.ControlPlane.Hosting;

namespace BackupEngine.ControlPlane.Api.Quotas;

/// <summary>What quotas limit, by the names that clients use.</summary>
internal static class QuotaResource
{
    public const string Volumes = "volumes";
    public const string PerVolumeGigabytes = "per_volume_gigabytes";
    public const string Snapshots = "snapshots";
    public const string Gigabytes = "gigabytes";
    public const string Backups = "backups";
    public const string BackupGigabytes = "backup_gigabytes";
    public const string Groups = "groups";

    /// <summary>Of all projects.</summary>
    public const int Unlimited = -1;

    /// <summary>All of them, in the order in which they are listed.</summary>
    public static readonly IReadOnlyList<string> All =
        [Volumes, PerVolumeGigabytes, Snapshots, Gigabytes, Backups, BackupGigabytes, Groups];

    /// <summary>What one more volume or snapshot counts for.</summary>
    public static readonly IReadOnlyList<string> OfVolumes = [Volumes, Snapshots, Gigabytes];

    /// <summary>What one more backup counts for.</summary>
    public static readonly IReadOnlyList<string> OfBackups = [Backups, BackupGigabytes];

    /// <summary>The limits that hold where nobody has set any.</summary>
    public static Dictionary<string, int> Configured(EngineOptions options) => new(StringComparer.Ordinal)
    {
        [Volumes] = options.QuotaVolumes,
        [PerVolumeGigabytes] = options.QuotaPerVolumeGigabytes,
        [Snapshots] = options.QuotaSnapshots,
        [Gigabytes] = options.QuotaGigabytes,
        [Backups] = options.QuotaBackups,
        [BackupGigabytes] = options.QuotaBackupGigabytes,
        [Groups] = Unlimited,
    };
}
