using System.Text.Json.Serialization;

namespace BackupEngine.ControlPlane.Api.Attachments;

/// <summary>
/// How the volume of an attachment is reached: all on one level, and nothing while it is not exported.
/// </summary>
internal sealed record AttachmentConnectionView
{
    /// <summary><c>local</c> or <c>nbd</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DriverVolumeType { get; init; }

    /// <summary>The device, or its address.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? DevicePath { get; init; }

    /// <summary><c>rw</c> or <c>ro</c>.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public string? AccessMode { get; init; }

    /// <summary>The volume.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? VolumeId { get; init; }

    /// <summary>The attachment.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public Guid? AttachmentId { get; init; }

    /// <summary>Never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? Encrypted { get; init; }

    /// <summary>Never.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWritingNull)]
    public bool? EnforceMultipath { get; init; }

    /// <summary>What a record says of it.</summary>
    public static AttachmentConnectionView Of(AttachmentRecord attachment) => attachment.ConnectionType is null
        ? new AttachmentConnectionView()
        : new AttachmentConnectionView
        {
            DriverVolumeType = attachment.ConnectionType,
            DevicePath = attachment.ConnectionPath,
            AccessMode = attachment.Mode,
            VolumeId = attachment.VolumeId,
            AttachmentId = attachment.Id,
            Encrypted = false,
            EnforceMultipath = false,
        };
}
