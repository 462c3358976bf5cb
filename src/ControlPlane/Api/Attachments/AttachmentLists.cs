using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Attachments;

/// <summary>
/// Finds attachments. Cinder has no rule for looking at them; here it is that of the volume, which shows the same.
/// </summary>
internal static class AttachmentLists
{
    /// <summary>By what lists are filtered and sorted.</summary>
    public static readonly ListResource<AttachmentRecord> Resource = new()
    {
        Collection = "attachments",
        NotFound = NotFound,
        Rule = PolicyRules.VolumeGetAll,
        PublicFilters = ["volume_id", "status", "instance_id", "attach_status", "attachment_id"],
        Columns = new Dictionary<string, ListColumn<AttachmentRecord>>(StringComparer.Ordinal)
        {
            ["id"] = Column.Id<AttachmentRecord>(attachment => attachment.Id),
            ["attachment_id"] = Column.Id<AttachmentRecord>(attachment => attachment.Id),
            ["volume_id"] = Column.Id<AttachmentRecord>(attachment => attachment.VolumeId),
            ["status"] = Column.Text<AttachmentRecord>(attachment => attachment.Status),
            ["attach_status"] = Column.Text<AttachmentRecord>(attachment => attachment.Status),
            ["instance_id"] = Column.Text<AttachmentRecord>(attachment => attachment.AttachedTo),
            ["project_id"] = Column.Text<AttachmentRecord>(attachment => attachment.ProjectId),
            ["created_at"] = Column.Time<AttachmentRecord>(attachment => attachment.CreatedAt),
        },
    };

    /// <summary>One attachment.</summary>
    /// <exception cref="ApiFaultException">404; 403: the rule does not allow it.</exception>
    public static async Task<AttachmentRecord> FindAttachmentAsync(
        this EngineDatabase database,
        ApiRequest request,
        string id,
        PolicyRule rule,
        CancellationToken cancellationToken)
    {
        if (!Guid.TryParse(id, out var guid))
            throw NotFound(id);
        var found = await AttachmentRecord.In(database).InScopeOf(request.Caller)
            .SingleOrDefaultAsync(attachment => attachment.Id == guid, cancellationToken);
        request.Require(rule, found ?? throw NotFound(id));
        return found;
    }

    /// <summary>404, also for an attachment of another project.</summary>
    public static ApiFaultException NotFound(string id) => new(
        StatusCodes.Status404NotFound, $"Volume attachment could not be found with filter: attachment_id = {id}.");
}
