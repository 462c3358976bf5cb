using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Attachments;
using BackupEngine.ControlPlane.Api.Versions;

namespace BackupEngine.ControlPlane.Api.OpenApi;

/// <summary>The routes of attachments.</summary>
internal static class AttachmentOperations
{
    public static readonly ApiOperation[] All =
    [
        new("POST /attachments", "Keep a volume for a server; with a connector, connect it")
        {
            Since = AttachmentEndpoints.Since,
            Body = AttachmentBodies.Create(Microversion.Maximum),
            Field = AttachmentBodies.Field,
            Type = ApiJson.Relaxed.AttachmentDetail,
        },
        new("GET /attachments", "List attachments")
        {
            Since = AttachmentEndpoints.Since,
            Field = AttachmentLists.Resource.Collection,
            Type = ApiJson.Relaxed.AttachmentSummary,
            IsList = true,
        },
        new("GET /attachments/detail", "List attachments with everything")
        {
            Since = AttachmentEndpoints.Since,
            Field = AttachmentLists.Resource.Collection,
            Type = ApiJson.Relaxed.AttachmentDetail,
            IsList = true,
        },
        new("GET /attachments/{id}", "Show an attachment")
        {
            Since = AttachmentEndpoints.Since,
            Field = AttachmentBodies.Field,
            Type = ApiJson.Relaxed.AttachmentDetail,
        },
        new("PUT /attachments/{id}", "Connect an attachment")
        {
            Since = AttachmentEndpoints.Since,
            Body = AttachmentBodies.Update,
            Field = AttachmentBodies.Field,
            Type = ApiJson.Relaxed.AttachmentDetail,
        },
        new("DELETE /attachments/{id}", "Delete an attachment; answers with those that its volume still has")
        {
            Since = AttachmentEndpoints.Since,
        },
        new("POST /attachments/{id}/action", "Say that the server uses the volume")
        {
            Since = AttachmentEndpoints.CompleteSince,
            Status = StatusCodes.Status204NoContent,
            Actions = [AttachmentBodies.Complete],
        },
    ];
}
