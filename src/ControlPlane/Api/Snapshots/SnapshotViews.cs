using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Snapshots;

/// <summary>Snapshots as answers show them.</summary>
internal static class SnapshotViews
{
    /// <summary>Name of the collection.</summary>
    public const string Collection = "snapshots";

    /// <summary>A snapshot without the extended attributes.</summary>
    public static SnapshotDetail Summary(ApiRequest request, SnapshotEntity snapshot) => new()
    {
        Id = snapshot.Id,
        CreatedAt = snapshot.CreatedAt,
        UpdatedAt = snapshot.UpdatedAt,
        Name = snapshot.Name,
        Description = snapshot.Description,
        VolumeId = snapshot.VolumeId,
        Status = snapshot.Status,
        Size = snapshot.SizeGiB,
        Metadata = MetadataText.Read(snapshot.MetadataJson),
        GroupSnapshotId = new ShownNull(request.Version.Has(14)),
        UserId = request.Version.Has(41) ? snapshot.UserId : null,
        ConsumesQuota = request.Version.Has(65) ? true : null,
    };

    /// <summary>A snapshot with the extended attributes.</summary>
    public static SnapshotDetail Detail(ApiRequest request, SnapshotEntity snapshot)
    {
        var summary = Summary(request, snapshot);
        return !request.Allows(PolicyRules.SnapshotAttributes, snapshot) ? summary : summary with
        {
            Progress = snapshot.Status is SnapshotStatus.Creating or SnapshotStatus.Error ? "0%" : "100%",
            ProjectId = snapshot.ProjectId,
        };
    }
}
