using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>By what lists of backups are filtered and sorted.</summary>
internal static class BackupLists
{
    /// <summary>The description of the list.</summary>
    public static readonly ListResource<BackupEntity> Resource = new()
    {
        Collection = BackupViews.Collection,
        Rule = PolicyRules.BackupGetAll,
        NotFound = Fault.BackupNotFound,
        PublicFilters = ["name", "status", "volume_id"],
        SortByNameSince = 37,
        Columns = new Dictionary<string, ListColumn<BackupEntity>>(StringComparer.Ordinal)
        {
            ["id"] = Column.Id<BackupEntity>(backup => backup.Id),
            ["name"] = Column.Text<BackupEntity>(backup => backup.Name),
            ["display_name"] = Column.Text<BackupEntity>(backup => backup.Name),
            ["description"] = Column.Text<BackupEntity>(backup => backup.Description),
            ["status"] = Column.Text<BackupEntity>(backup => backup.Status),
            ["size"] = Column.Number<BackupEntity>(backup => backup.SizeGiB),
            ["volume_id"] = Column.Id<BackupEntity>(backup => backup.VolumeId),
            ["snapshot_id"] = Column.OptionalId<BackupEntity>(backup => backup.SnapshotId),
            ["container"] = Column.Text<BackupEntity>(backup => backup.Container),
            ["availability_zone"] = Column.Text<BackupEntity>(backup => backup.AvailabilityZone),
            ["host"] = Column.Text<BackupEntity>(backup => backup.Host),
            ["project_id"] = Column.Text<BackupEntity>(backup => backup.ProjectId),
            ["user_id"] = Column.Text<BackupEntity>(backup => backup.UserId),
            ["fail_reason"] = Column.Text<BackupEntity>(backup => backup.FailReason),
            ["created_at"] = Column.Time<BackupEntity>(backup => backup.CreatedAt),
            ["updated_at"] = Column.OptionalTime<BackupEntity>(backup => backup.UpdatedAt),
            ["data_timestamp"] = Column.OptionalTime<BackupEntity>(backup => backup.DataTimestamp),
        },
    };
}
