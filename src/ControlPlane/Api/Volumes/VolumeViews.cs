using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Api.Stock;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>Volumes as answers show them.</summary>
internal static class VolumeViews
{
    /// <summary>Name of the collection.</summary>
    public const string Collection = "volumes";

    /// <summary>A volume without details.</summary>
    public static VolumeSummary Summary(ApiRequest request, VolumeEntity volume) => new()
    {
        Id = volume.Id,
        Name = volume.Name,
        Links = request.Links.Of(Collection, volume.Id),
    };

    /// <summary>A volume with its details.</summary>
    public static VolumeDetail Detail(ApiRequest request, VolumeEntity volume)
    {
        var seesHost = request.Allows(PolicyRules.VolumeHostAttribute, volume);
        var seesMigration = request.Allows(PolicyRules.VolumeMigrationAttribute, volume);
        var version = request.Version;
        return new VolumeDetail
        {
            Id = volume.Id,
            Status = volume.Status,
            Size = volume.SizeGiB,
            AvailabilityZone = volume.AvailabilityZone,
            CreatedAt = volume.CreatedAt,
            UpdatedAt = volume.UpdatedAt,
            Name = volume.Name,
            Description = volume.Description,
            SnapshotId = volume.SourceSnapshotId,
            SourceVolid = volume.SourceVolumeId,
            Metadata = MetadataText.Read(volume.MetadataJson),
            Links = request.Links.Of(Collection, volume.Id),
            UserId = volume.UserId,
            Bootable = volume.Bootable ? "true" : "false",
            Attachments = Attachments(request, volume),
            ProjectId = request.Allows(PolicyRules.VolumeTenantAttribute, volume) ? volume.ProjectId : null,
            Host = seesHost ? volume.Host : null,
            MigrationStatus = new ShownNull(request.Caller.IsAdmin),
            MigrationStatusAttribute = new ShownNull(seesMigration),
            MigrationNameId = new ShownNull(seesMigration),
            GroupId = new ShownNull(version.Has(13)),
            ProviderId = new ShownNull(request.Caller.IsAdmin && version.Has(21)),
            ServiceUuid = new ShownNull(version.Has(48)),
            SharedTargets = version.Has(48) ? false : null,
            ClusterName = new ShownNull(request.Caller.IsAdmin && version.Has(61)),
            VolumeTypeId = version.Has(63) ? VolumeTypeView.DefaultId : null,
            ConsumesQuota = version.Has(65) ? true : null,
        };
    }

    private static AttachmentView[] Attachments(ApiRequest request, VolumeEntity volume)
    {
        var isAttached = volume.AttachmentStatus is { } status
            ? status == AttachmentStatus.Attached
            : volume.AttachedTo is not null;
        if (!isAttached)
            return [];
        var attachedTo = volume.AttachedTo;
        var isServer = Guid.TryParse(attachedTo, out _);
        return
        [
            new AttachmentView
            {
                Id = volume.Id,
                AttachmentId = UserAttachment.Of(volume),
                VolumeId = volume.Id,
                ServerId = isServer ? attachedTo : null,
                HostName = isServer || !request.Caller.IsAdmin ? null : attachedTo,
                Device = volume.MountPoint,
                AttachedAt = volume.AttachedAt,
            },
        ];
    }
}
