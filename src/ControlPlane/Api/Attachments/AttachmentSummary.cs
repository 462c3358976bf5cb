using BackupEngine.ControlPlane.Api.Pipeline;

namespace BackupEngine.ControlPlane.Api.Attachments;

/// <summary>An attachment without details.</summary>
/// <param name="Id">Identity.</param>
/// <param name="Status">Its state.</param>
/// <param name="Instance">The server; null where it is for a host, or nobody said.</param>
/// <param name="VolumeId">The volume.</param>
internal sealed record AttachmentSummary(Guid Id, string? Status, string? Instance, Guid VolumeId)
{
    /// <summary>A record as it is shown.</summary>
    public static AttachmentSummary Of(ApiRequest request, AttachmentRecord attachment) =>
        new(attachment.Id, attachment.Status, InstanceOf(attachment), attachment.VolumeId);

    /// <summary>The server that an attachment is for.</summary>
    public static string? InstanceOf(AttachmentRecord attachment) =>
        Guid.TryParse(attachment.AttachedTo, out _) ? attachment.AttachedTo : null;
}
