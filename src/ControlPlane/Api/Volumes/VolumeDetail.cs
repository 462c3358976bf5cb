using System.Text.Json.Serialization;
using BackupEngine.ControlPlane.Api.Answers;

namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>
/// A volume with every field that clients of Block Storage know; what does not exist here has its neutral value.
/// </summary>
internal sealed record VolumeDetail
{
    /// <summary>Identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>Status.</summary>
    public required string Status { get; init; }

    /// <summary>Size in GiB.</summary>
    public required int Size { get; init; }

    /// <summary>Availability zone.</summary>
    public required string AvailabilityZone { get; init; }

    /// <summary>UTC.</summary>
    public required DateTime CreatedAt { get; init; }

    /// <summary>UTC.</summary>
    public required DateTime? UpdatedAt { get; init; }

    /// <summary>Name.</summary>
    public required string? Name { get; init; }

    /// <summary>Description.</summary>
    public required string? Description { get; init; }

    /// <summary>There is one type.</summary>
    public string VolumeType { get; init; } = Stock.VolumeTypeView.DefaultName;

    /// <summary>The snapshot that it was made from.</summary>
    public required Guid? SnapshotId { get; init; }

    /// <summary>The volume that it was cloned from.</summary>
    public required Guid? SourceVolid { get; init; }

    /// <summary>User metadata.</summary>
    public required IReadOnlyDictionary<string, string> Metadata { get; init; }

    /// <summary>Where it is.</summary>
    public required IReadOnlyList<Link> Links { get; init; }

    /// <summary>Who made it.</summary>
    public required string UserId { get; init; }

    /// <summary>Never: there are no images.</summary>
    public required string Bootable { get; init; }

    /// <summary>Never.</summary>
    public bool Encrypted { get; init; }

    /// <summary>Never replicated.</summary>
    public string? ReplicationStatus { get; init; }

    /// <summary>In no group.</summary>
    public string? ConsistencygroupId { get; init; }

    /// <summary>Never.</summary>
    public bool Multiattach { get; init; }

    /// <summary>Where it is attached.</summary>
    public required IReadOnlyList<AttachmentView> Attachments { get; init; }

    /// <summary>Owner.</summary>
    [JsonPropertyName("os-vol-tenant-attr:tenant_id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? ProjectId { get; init; }

    /// <summary>For administrators: the host of its volume service.</summary>
    [JsonPropertyName("os-vol-host-attr:host")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? Host { get; init; }

    /// <summary>For administrators.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ShownNull MigrationStatus { get; init; }

    /// <summary>For administrators.</summary>
    [JsonPropertyName("os-vol-mig-status-attr:migstat")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ShownNull MigrationStatusAttribute { get; init; }

    /// <summary>For administrators.</summary>
    [JsonPropertyName("os-vol-mig-status-attr:name_id")]
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ShownNull MigrationNameId { get; init; }

    /// <summary>From 3.13.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ShownNull GroupId { get; init; }

    /// <summary>From 3.21, for administrators.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ShownNull ProviderId { get; init; }

    /// <summary>From 3.48.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ShownNull ServiceUuid { get; init; }

    /// <summary>From 3.48.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? SharedTargets { get; init; }

    /// <summary>From 3.61, for administrators.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingDefault)]
    public ShownNull ClusterName { get; init; }

    /// <summary>From 3.63.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? VolumeTypeId { get; init; }

    /// <summary>From 3.65.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? ConsumesQuota { get; init; }
}
