using System.Reflection;

namespace BackupEngine.ControlPlane.Authentication.Policies;

/// <summary>
/// Every rule that a route asks. Names and defaults are Cinder's, the new ones (administrator; member of the project;
/// reader of the project), where Cinder has the rule; the others are of this API's extensions.
/// </summary>
/// <remarks>Source: cinder/policies/*.py of OpenStack Block Storage.</remarks>
public static class PolicyRules
{
    private const string Admin = "rule:admin_api";
    private const string Member = "rule:xena_system_admin_or_project_member";
    private const string Reader = "rule:xena_system_admin_or_project_reader";
    private const string BackupAdmin = "volume_extension:backup_admin_actions:";
    private const string VolumeAdmin = "volume_extension:volume_admin_actions:";
    private const string SnapshotAdmin = "volume_extension:snapshot_admin_actions:";
    private const string VolumeAction = "volume_extension:volume_actions:";

    // What the others are made of.
    internal static readonly PolicyRule ContextIsAdmin = new(
        "context_is_admin", "role:admin", "Be administrator: sees every project");
    internal static readonly PolicyRule AdminApi = new(
        "admin_api", "is_admin:True or (role:admin and is_admin_project:True)", "What administrators may");
    internal static readonly PolicyRule AdminOrOwner = new(
        "admin_or_owner", "is_admin:True or (role:admin and is_admin_project:True) or project_id:%(project_id)s",
        "What everybody of the project may, whatever the role; for policy files");
    internal static readonly PolicyRule ProjectMember = new(
        "xena_system_admin_or_project_member", "(role:admin) or (role:member and project_id:%(project_id)s)",
        "What members may");
    internal static readonly PolicyRule ProjectReader = new(
        "xena_system_admin_or_project_reader", "(role:admin) or (role:reader and project_id:%(project_id)s)",
        "What readers may");

    // Backups.
    internal static readonly PolicyRule BackupCreate = new("backup:create", Member, "Back up a volume or a snapshot");
    internal static readonly PolicyRule BackupGet = new("backup:get", Reader, "Show a backup");
    internal static readonly PolicyRule BackupGetAll = new("backup:get_all", Reader, "List backups");
    internal static readonly PolicyRule BackupUpdate = new("backup:update", Member, "Change a backup's description");
    internal static readonly PolicyRule BackupDelete = new("backup:delete", Member, "Delete a backup");
    internal static readonly PolicyRule BackupRestore = new("backup:restore", Member, "Restore a backup");
    internal static readonly PolicyRule BackupImport = new("backup:backup-import", Admin, "Import a record");
    internal static readonly PolicyRule BackupExport = new("backup:export-import", Admin, "Export a record");
    internal static readonly PolicyRule BackupProjectAttribute = new(
        "backup:backup_project_attribute", Admin, "See the project and the user of a backup");
    internal static readonly PolicyRule BackupResetStatus = new(
        BackupAdmin + "reset_status", Admin, "Reset a backup's status");
    internal static readonly PolicyRule BackupForceDelete = new(
        BackupAdmin + "force_delete", Admin, "Delete a backup by force");
    internal static readonly PolicyRule BackupCancel = new(
        "backup:cancel", Member, "Cancel a backup or a restore (extension)");
    internal static readonly PolicyRule BackupProtect = new(
        "backup:protect", Member, "Keep a backup from being deleted, and end that (extension)");
    internal static readonly PolicyRule BackupPolicyCreate = new(
        "backup_policy:create", Member, "Make a backup policy (extension)");
    internal static readonly PolicyRule BackupPolicyGet = new(
        "backup_policy:get", Reader, "Show a backup policy, its volumes and what it keeps (extension)");
    internal static readonly PolicyRule BackupPolicyGetAll = new(
        "backup_policy:get_all", Reader, "List backup policies (extension)");
    internal static readonly PolicyRule BackupPolicyUpdate = new(
        "backup_policy:update", Member, "Change a backup policy, and what it holds for (extension)");
    internal static readonly PolicyRule BackupPolicyDelete = new(
        "backup_policy:delete", Member, "Delete a backup policy (extension)");
    internal static readonly PolicyRule BackupPolicyRuns = new(
        "backup_policy:get_runs", Reader, "See what came due, and what became of it (extension)");
    internal static readonly PolicyRule BackupSteps = new(
        "backup:get_steps", Reader, "See what was done for a backup (extension)");
    internal static readonly PolicyRule BackupProgress = new(
        "backup:get_progress", Reader, "See how far the work on a backup has come (extension)");
    internal static readonly PolicyRule BackupStatistics = new(
        "backup:get_statistics", Reader, "See what a backup took, and what it was made on the base of (extension)");
    internal static readonly PolicyRule BackupVerify = new(
        "backup:verify", Member, "Verify a backup, and cancel that (extension)");
    internal static readonly PolicyRule BackupVerificationGet = new(
        "backup:get_verification", Reader, "See what a verification found (extension)");
    internal static readonly PolicyRule BackupQueue = new(
        "backup:get_queue", Reader, "See what waits for what (extension)");

    // Volumes.
    internal static readonly PolicyRule VolumeCreate = new("volume:create", Member, "Make a volume");
    internal static readonly PolicyRule VolumeGet = new("volume:get", Reader, "Show a volume");
    internal static readonly PolicyRule VolumeGetAll = new("volume:get_all", Reader, "List and count volumes");
    internal static readonly PolicyRule VolumeUpdate = new(
        "volume:update", Member, "Change a volume's description, or whether it is bootable");
    internal static readonly PolicyRule VolumeDelete = new("volume:delete", Member, "Delete a volume");
    internal static readonly PolicyRule VolumeExtend = new("volume:extend", Member, "Extend a volume");
    internal static readonly PolicyRule VolumeAttach = new(
        VolumeAction + "attach", Member, "Mark a volume as attached");
    internal static readonly PolicyRule VolumeDetach = new(VolumeAction + "detach", Member, "Mark it as detached");
    internal static readonly PolicyRule VolumeConnect = new(
        VolumeAction + "initialize_connection", Member, "Have a volume exported");
    internal static readonly PolicyRule VolumeDisconnect = new(
        VolumeAction + "terminate_connection", Member, "End that");
    internal static readonly PolicyRule AttachmentCreate = new(
        "volume:attachment_create", Member, "Make an attachment of a volume");
    internal static readonly PolicyRule AttachmentUpdate = new(
        "volume:attachment_update", Member, "Connect an attachment");
    internal static readonly PolicyRule AttachmentDelete = new(
        "volume:attachment_delete", Member, "Delete an attachment");
    internal static readonly PolicyRule AttachmentComplete = new(
        "volume:attachment_complete", Member, "Say that the server uses the volume");
    internal static readonly PolicyRule VolumeResetStatus = new(
        VolumeAdmin + "reset_status", Admin, "Reset a volume's status");
    internal static readonly PolicyRule VolumeForceDelete = new(
        VolumeAdmin + "force_delete", Admin, "Delete a volume by force");
    internal static readonly PolicyRule VolumeHostAttribute = new(
        "volume_extension:volume_host_attribute", Admin, "See the host of a volume");
    internal static readonly PolicyRule VolumeTenantAttribute = new(
        "volume_extension:volume_tenant_attribute", Reader, "See the project of a volume");
    internal static readonly PolicyRule VolumeMigrationAttribute = new(
        "volume_extension:volume_mig_status_attribute", Admin, "See a volume's state of migration");
    internal static readonly PolicyRule VolumeMetadataGet = new(
        "volume:get_volume_metadata", Reader, "Show a volume's metadata");
    internal static readonly PolicyRule VolumeMetadataCreate = new(
        "volume:create_volume_metadata", Member, "Add metadata to a volume");
    internal static readonly PolicyRule VolumeMetadataUpdate = new(
        "volume:update_volume_metadata", Member, "Change a volume's metadata");
    internal static readonly PolicyRule VolumeMetadataDelete = new(
        "volume:delete_volume_metadata", Member, "Remove a volume's metadata");
    internal static readonly PolicyRule TypeGet = new("volume_extension:type_get", Reader, "Show a volume type");
    internal static readonly PolicyRule TypeGetAll = new(
        "volume_extension:type_get_all", Reader, "List volume types");

    // Snapshots.
    internal static readonly PolicyRule SnapshotCreate = new("volume:create_snapshot", Member, "Take a snapshot");
    internal static readonly PolicyRule SnapshotGet = new("volume:get_snapshot", Reader, "Show a snapshot");
    internal static readonly PolicyRule SnapshotGetAll = new("volume:get_all_snapshots", Reader, "List snapshots");
    internal static readonly PolicyRule SnapshotUpdate = new(
        "volume:update_snapshot", Member, "Change a snapshot's description");
    internal static readonly PolicyRule SnapshotDelete = new("volume:delete_snapshot", Member, "Delete a snapshot");
    internal static readonly PolicyRule SnapshotResetStatus = new(
        SnapshotAdmin + "reset_status", Admin, "Reset a snapshot's status");
    internal static readonly PolicyRule SnapshotForceDelete = new(
        SnapshotAdmin + "force_delete", Admin, "Delete a snapshot by force");
    internal static readonly PolicyRule SnapshotAttributes = new(
        "volume_extension:extended_snapshot_attributes", Reader, "See the project of a snapshot");
    internal static readonly PolicyRule SnapshotMetadataGet = new(
        "volume:get_snapshot_metadata", Reader, "Show a snapshot's metadata");
    internal static readonly PolicyRule SnapshotMetadataUpdate = new(
        "volume:update_snapshot_metadata", Member, "Add and change a snapshot's metadata");
    internal static readonly PolicyRule SnapshotMetadataDelete = new(
        "volume:delete_snapshot_metadata", Member, "Remove a snapshot's metadata");

    // Quotas, messages, services.
    internal static readonly PolicyRule QuotaShow = new("volume_extension:quotas:show", Reader, "Show quotas");
    internal static readonly PolicyRule QuotaUpdate = new("volume_extension:quotas:update", Admin, "Set quotas");
    internal static readonly PolicyRule QuotaDelete = new("volume_extension:quotas:delete", Admin, "Forget quotas");
    internal static readonly PolicyRule QuotaClassGet = new(
        "volume_extension:quota_classes:get", Admin, "Show quotas of a class");
    internal static readonly PolicyRule QuotaClassUpdate = new(
        "volume_extension:quota_classes:update", Admin, "Set quotas of a class");
    internal static readonly PolicyRule UsedLimits = new(
        "limits_extension:used_limits", Reader, "See in the limits what is used");
    internal static readonly PolicyRule MessageGet = new("message:get", Reader, "Show a message");
    internal static readonly PolicyRule MessageGetAll = new("message:get_all", Reader, "List messages");
    internal static readonly PolicyRule MessageDelete = new("message:delete", Member, "Delete a message");
    internal static readonly PolicyRule ServiceList = new("volume_extension:services:index", Admin, "List services");
    internal static readonly PolicyRule ServiceUpdate = new(
        "volume_extension:services:update", Admin, "Enable and disable services");

    /// <summary>All of them: a rule that is written above is in it.</summary>
    public static IReadOnlyList<PolicyRule> All { get; } =
    [
        .. typeof(PolicyRules).GetFields(BindingFlags.Static | BindingFlags.NonPublic)
            .Select(field => field.GetValue(null)).OfType<PolicyRule>(),
    ];
}
