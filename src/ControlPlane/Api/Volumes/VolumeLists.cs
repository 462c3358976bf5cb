using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>By what lists of volumes are filtered and sorted.</summary>
internal static class VolumeLists
{
    /// <summary>The description of the list.</summary>
    public static readonly ListResource<VolumeEntity> Resource = new()
    {
        Collection = VolumeViews.Collection,
        Rule = PolicyRules.VolumeGetAll,
        NotFound = Fault.VolumeNotFound,
        PublicFilters =
            ["name", "status", "bootable", "migration_status", "availability_zone", "size", "created_at", "updated_at"],
        Columns = new Dictionary<string, ListColumn<VolumeEntity>>(StringComparer.Ordinal)
        {
            ["id"] = Column.Id<VolumeEntity>(volume => volume.Id),
            ["name"] = Column.Text<VolumeEntity>(volume => volume.Name),
            ["display_name"] = Column.Text<VolumeEntity>(volume => volume.Name),
            ["description"] = Column.Text<VolumeEntity>(volume => volume.Description),
            ["status"] = Column.Text<VolumeEntity>(volume => volume.Status),
            ["bootable"] = Column.Truth<VolumeEntity>(volume => volume.Bootable),
            ["size"] = Column.Number<VolumeEntity>(volume => volume.SizeGiB),
            ["availability_zone"] = Column.Text<VolumeEntity>(volume => volume.AvailabilityZone),
            ["host"] = Column.Text<VolumeEntity>(volume => volume.Host),
            ["project_id"] = Column.Text<VolumeEntity>(volume => volume.ProjectId),
            ["user_id"] = Column.Text<VolumeEntity>(volume => volume.UserId),
            ["snapshot_id"] = Column.OptionalId<VolumeEntity>(volume => volume.SourceSnapshotId),
            ["source_volid"] = Column.OptionalId<VolumeEntity>(volume => volume.SourceVolumeId),
            ["created_at"] = Column.Time<VolumeEntity>(volume => volume.CreatedAt),
            ["updated_at"] = Column.OptionalTime<VolumeEntity>(volume => volume.UpdatedAt),
        },
    };
}
