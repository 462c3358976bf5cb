using System.Text.Json.Serialization;
using BackupEngine.ControlPlane.Api.Answers;

namespace BackupEngine.ControlPlane.Api.Backups;

/// <summary>A backup with its details.</summary>
internal sealed record BackupDetail
{
    /// <summary>Identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>Name.</summary>
    public required string? Name { get; init; }

    /// <summary>Where it is.</summary>
    public required IReadOnlyList<Link> Links { get; init; }

    /// <summary>Status.</summary>
    public required string Status { get; init; }

    /// <summary>Size of the volume in GiB.</summary>
    public required int Size { get; init; }

    /// <summary>Chunks that were new in the repository.</summary>
    public required long ObjectCount { get; init; }

    /// <summary>Availability zone.</summary>
    public required string? AvailabilityZone { get; init; }

    /// <summary>Container that the user named.</summary>
    public required string? Container { get; init; }

    /// <summary>Description.</summary>
    public required string? Description { get; init; }

    /// <summary>Why the last action failed.</summary>
    public required string? FailReason { get; init; }

    /// <summary>The snapshot that was backed up.</summary>
    public required Guid? SnapshotId { get; init; }

    /// <summary>UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>UTC.</summary>
    public required DateTime? UpdatedAt { get; init; }

    /// <summary>The point in time that the data are of, UTC.</summary>
    public required DateTime? DataTimestamp { get; init; }

    /// <summary>The volume.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>Whether it was made on the base of another one.</summary>
    public required bool IsIncremental { get; init; }

    /// <summary>Never: every backup is complete in itself, and any can be deleted at any time.</summary>
    public bool HasDependentBackups { get; init; }

    /// <summary>From 3.18, for administrators: owner.</summary>
    [JsonPropertyName("os-backup-project-attr:project_id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }

    /// <summary>From 3.43: user metadata.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public IReadOnlyDictionary<string, string>? Metadata { get; init; }

    /// <summary>From 3.56, for administrators: who made it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UserId { get; init; }
}
