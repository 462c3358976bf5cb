using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.BackupPolicies;

namespace BackupEngine.ControlPlane.Api.OpenApi;

/// <summary>The routes of backup policies.</summary>
internal static class PolicyOperations
{
    private const int NoContent = StatusCodes.Status204NoContent;

    public static readonly ApiOperation[] All =
    [
        new("POST /backup-policies", "Make a backup policy (extension)")
        {
            Status = StatusCodes.Status201Created,
            Body = PolicyBodies.Create,
            Field = PolicyBodies.Field,
            Type = ApiJson.Relaxed.PolicyView,
        },
        new("GET /backup-policies", "List backup policies (extension)")
        {
            Field = PolicyView.Collection,
            Type = ApiJson.Relaxed.PolicyView,
            IsList = true,
        },
        new("GET /backup-policies/{id}", "Show a backup policy, with its next due time (extension)")
        {
            Field = PolicyBodies.Field,
            Type = ApiJson.Relaxed.PolicyView,
        },
        new("PUT /backup-policies/{id}", "Change a backup policy (extension)")
        {
            Body = PolicyBodies.Update,
            Field = PolicyBodies.Field,
            Type = ApiJson.Relaxed.PolicyView,
        },
        new("DELETE /backup-policies/{id}", "Delete a backup policy; its backups stay (extension)")
        {
            Status = NoContent,
        },
        new("POST /backup-policies/{id}/action", "Let a policy hold for a volume, or leave it out (extension)")
        {
            Status = NoContent,
            Actions = [PolicyBodies.Assign, PolicyBodies.Exclude, PolicyBodies.Unassign],
        },
        new("GET /backup-policies/{id}/volumes", "List the volumes of a policy, each with its last run (extension)")
        {
            Field = "volumes",
            Type = ApiJson.Relaxed.PolicyVolumeView,
            IsList = true,
        },
        new("GET /backup-policies/{id}/retention",
            "Show what would be kept, and why, of ?volume_id= or of all, up to 100 volumes to a page (extension)")
        {
            Field = "retention",
            Type = ApiJson.Relaxed.RetentionView,
            IsList = true,
        },
        new("GET /backup-policy-runs", "List what came due, and what became of it (extension)")
        {
            Field = "backup-policy-runs",
            Type = ApiJson.Relaxed.RunView,
            IsList = true,
        },
        new("GET /backups/{id}/protection", "Show whether a backup is protected, and which policy made it (extension)")
        {
            Field = "protection",
            Type = ApiJson.Relaxed.ProtectionView,
        },
        new("GET /volumes/{id}/backup-policies", "List the policies that hold for a volume (extension)")
        {
            Field = PolicyView.Collection,
            Type = ApiJson.Relaxed.PolicyView,
            IsList = true,
        },
    ];
}
