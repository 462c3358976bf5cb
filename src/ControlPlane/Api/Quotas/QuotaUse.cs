namespace BackupEngine.ControlPlane.Api.Quotas;

/// <summary>What a project has: counted, never kept, so that it is never wrong.</summary>
internal sealed record QuotaUse
{
    /// <summary>Nothing, or nothing that was counted.</summary>
    public static readonly QuotaUse Nothing = new();

    /// <summary>Volumes.</summary>
    public int Volumes { get; init; }

    /// <summary>Snapshots.</summary>
    public int Snapshots { get; init; }

    /// <summary>Backups.</summary>
    public int Backups { get; init; }

    /// <summary>GiB of volumes and snapshots.</summary>
    public long Gigabytes { get; init; }

    /// <summary>GiB of backups: the size of the volume for each, also of incrementals.</summary>
    public long BackupGigabytes { get; init; }

    /// <summary>By the names of quotas.</summary>
    public long Of(string resource) => resource switch
    {
        QuotaResource.Volumes => Volumes,
        QuotaResource.Snapshots => Snapshots,
        QuotaResource.Backups => Backups,
        QuotaResource.Gigabytes => Gigabytes,
        QuotaResource.BackupGigabytes => BackupGigabytes,
        _ => 0,
    };
}
