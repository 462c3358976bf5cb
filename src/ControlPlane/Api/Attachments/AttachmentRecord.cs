using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.Attachments;

/// <summary>An attachment as lists find it: what the volume's record says of the one that the volume has.</summary>
internal sealed record AttachmentRecord : IProjectRecord
{
    /// <inheritdoc/>
    public required Guid Id { get; init; }

    /// <inheritdoc/>
    public required string ProjectId { get; init; }

    /// <inheritdoc/>
    public required string? UserId { get; init; }

    /// <inheritdoc/>
    public required DateTime CreatedAt { get; init; }

    /// <inheritdoc/>
    public required DateTime? DeletedAt { get; init; }

    /// <summary>The volume.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>One of <see cref="AttachmentStatus"/>.</summary>
    public required string? Status { get; init; }

    /// <summary>The server or the host that it is for; null where nobody said.</summary>
    public required string? AttachedTo { get; init; }

    /// <summary><c>rw</c> or <c>ro</c>; null where nobody said yet.</summary>
    public required string? Mode { get; init; }

    /// <summary>UTC; null while the volume is not connected.</summary>
    public required DateTime? AttachedAt { get; init; }

    /// <summary>How the export is reached; null while there is none.</summary>
    public required string? ConnectionType { get; init; }

    /// <summary>Where the export is reached; null while there is none.</summary>
    public required string? ConnectionPath { get; init; }

    /// <summary>Every attachment.</summary>
    public static IQueryable<AttachmentRecord> In(EngineDatabase database) =>
        database.Volumes.Where(volume => volume.AttachmentId != null).Select(volume => new AttachmentRecord
        {
            Id = volume.AttachmentId!.Value,
            ProjectId = volume.ProjectId,
            UserId = volume.UserId,
            CreatedAt = volume.AttachmentCreatedAt!.Value,
            DeletedAt = volume.DeletedAt,
            VolumeId = volume.Id,
            Status = volume.AttachmentStatus,
            AttachedTo = volume.AttachedTo,
            Mode = volume.AttachMode,
            AttachedAt = volume.AttachedAt,
            ConnectionType = volume.ConnectionType,
            ConnectionPath = volume.ConnectionPath,
        });
}
