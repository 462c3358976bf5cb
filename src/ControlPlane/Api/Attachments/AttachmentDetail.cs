using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Pipeline;

namespace BackupEngine.ControlPlane.Api.Attachments;

/// <summary>An attachment with everything. Times that are not known are empty texts, as clients are used to.</summary>
internal sealed record AttachmentDetail
{
    /// <summary>Identity.</summary>
    public required Guid Id { get; init; }

    /// <summary>Its state.</summary>
    public required string? Status { get; init; }

    /// <summary>The server; null where it is for a host, or nobody said.</summary>
    public required string? Instance { get; init; }

    /// <summary>The volume.</summary>
    public required Guid VolumeId { get; init; }

    /// <summary>Since when, UTC; empty while the volume is not connected.</summary>
    public required string AttachedAt { get; init; }

    /// <summary>Always empty: what is detached is not shown.</summary>
    public string DetachedAt { get; init; } = "";

    /// <summary><c>rw</c>, <c>ro</c>, or <c>null</c>, as a text, where nobody said yet.</summary>
    public required string AttachMode { get; init; }

    /// <summary>How the volume is reached; empty while it is not exported.</summary>
    public required AttachmentConnectionView ConnectionInfo { get; init; }

    /// <summary>A record as it is shown.</summary>
    public static AttachmentDetail Of(ApiRequest request, AttachmentRecord attachment) => new()
    {
        Id = attachment.Id,
        Status = attachment.Status,
        Instance = AttachmentSummary.InstanceOf(attachment),
        VolumeId = attachment.VolumeId,
        AttachedAt = attachment.AttachedAt is { } time ? ApiTimeConverter.TextOf(time) : "",
        AttachMode = attachment.Mode ?? "null",
        ConnectionInfo = AttachmentConnectionView.Of(attachment),
    };
}
