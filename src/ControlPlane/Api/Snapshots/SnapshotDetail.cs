using System.Text.Json.Serialization;
using BackupEngine.ControlPlane.Api.Answers;

namespace BackupEngine.ControlPlane.Api.Snapshots;

/// <summary>A snapshot; lists without details show it the same way, but for the extended attributes.</summary>
internal sealed record SnapshotDetail
{
    /// <summary>Identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>UTC.</summary>
    public required DateTime? UpdatedAt { get; init; }

    /// <summary>Name.</summary>
    public required string? Name { get; init; }

    /// <summary>Description.</summary>
    public required string? Description { get; init; }

    /// <summary>The volume.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>Status.</summary>
    public required string Status { get; init; }

    /// <summary>Size of the volume when it was taken, in GiB.</summary>
    public required int Size { get; init; }

    /// <summary>User metadata.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>With details: how far it is.</summary>
    [JsonPropertyName("os-extended-snapshot-attributes:progress")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Progress { get; init; }

    /// <summary>With details: owner.</summary>
    [JsonPropertyName("os-extended-snapshot-attributes:project_id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }

    /// <summary>From 3.14.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ShownNull GroupSnapshotId { get; init; }

    /// <summary>From 3.41: who made it.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? UserId { get; init; }

    /// <summary>From 3.65.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? ConsumesQuota { get; init; }
}
