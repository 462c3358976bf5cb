using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Snapshots;

/// <summary>By what lists of snapshots are filtered and sorted.</summary>
internal static class SnapshotLists
{
    /// <summary>The description of the list.</summary>
    public static readonly ListResource<SnapshotEntity> Resource = new()
    {
        Collection = SnapshotViews.Collection,
        Rule = PolicyRules.SnapshotGetAll,
        NotFound = Fault.SnapshotNotFound,
        PublicFilters = ["name", "status", "volume_id"],
        Columns = new Dictionary<string, ListColumn<SnapshotEntity>>(StringComparer.Ordinal)
        {
            ["id"] = Column.Id<SnapshotEntity>(snapshot => snapshot.Id),
            ["name"] = Column.Text<SnapshotEntity>(snapshot => snapshot.Name),
            ["display_name"] = Column.Text<SnapshotEntity>(snapshot => snapshot.Name),
            ["description"] = Column.Text<SnapshotEntity>(snapshot => snapshot.Description),
            ["status"] = Column.Text<SnapshotEntity>(snapshot => snapshot.Status),
            ["volume_id"] = Column.Id<SnapshotEntity>(snapshot => snapshot.VolumeId),
            ["volume_size"] = Column.Number<SnapshotEntity>(snapshot => snapshot.SizeGiB),
            ["project_id"] = Column.Text<SnapshotEntity>(snapshot => snapshot.ProjectId),
            ["user_id"] = Column.Text<SnapshotEntity>(snapshot => snapshot.UserId),
            ["created_at"] = Column.Time<SnapshotEntity>(snapshot => snapshot.CreatedAt),
            ["updated_at"] = Column.OptionalTime<SnapshotEntity>(snapshot => snapshot.UpdatedAt),
        },
    };
}
