namespace BackupEngine.ControlPlane.Tests.Api;

/// <summary>One request, the rule that it is asked for, and who may: <c>admin</c>, <c>member</c> or <c>reader</c>.
/// </summary>
/// <param name="Route">As in the document of the API.</param>
/// <param name="Rule">Name of the rule.</param>
/// <param name="Least">The least of the roles that may.</param>
/// <param name="Body">A body that is in order, or null.</param>
internal sealed record PolicyRoute(string Route, string Rule, string Least, string? Body = null)
{
    private const string Backup = "volume_extension:backup_admin_actions:";
    private const string VolumeAdmin = "volume_extension:volume_admin_actions:";
    private const string SnapshotAdmin = "volume_extension:snapshot_admin_actions:";
    private const string Action = "volume_extension:volume_actions:";
    private const string Connector = "{\"connector\":{\"host\":\"h\"}}";
    private const string Service = "{\"host\":\"host-1\",\"binary\":\"cinder-backup\"}";
    private const string ServiceAndReason =
        "{\"host\":\"host-1\",\"binary\":\"cinder-backup\",\"disabled_reason\":\"r\"}";

    /// <summary>Every route that has a rule; ID stands for the volume of the test where a body needs one.</summary>
    public static readonly PolicyRoute[] All =
    [
        new("POST /backups", "backup:create", "member", "{\"backup\":{\"volume_id\":\"ID\"}}"),
        new("GET /backups", "backup:get_all", "reader"),
        new("GET /backups/detail", "backup:get_all", "reader"),
        new("GET /backups/{id}", "backup:get", "reader"),
        new("PUT /backups/{id}", "backup:update", "member", "{\"backup\":{\"name\":\"n\"}}"),
        new("DELETE /backups/{id}", "backup:delete", "member"),
        new("POST /backups/{id}/restore", "backup:restore", "member", "{\"restore\":{}}"),
        new("POST /backups/{id}/action", Backup + "reset_status", "admin",
            "{\"os-reset_status\":{\"status\":\"error\"}}"),
        new("POST /backups/{id}/action", Backup + "force_delete", "admin", "{\"os-force_delete\":{}}"),
        new("POST /backups/{id}/action", "backup:cancel", "member", "{\"os-cancel\":{}}"),
        new("POST /backups/{id}/action", "backup:protect", "member", "{\"os-protect\":{}}"),
        new("POST /backups/{id}/action", "backup:protect", "member", "{\"os-unprotect\":{}}"),
        .. OfPolicies(),
        new("GET /backups/{id}/steps", "backup:get_steps", "reader"),
        new("GET /backups/{id}/progress", "backup:get_progress", "reader"),
        new("GET /backups/{id}/statistics", "backup:get_statistics", "reader"),
        new("GET /backups/{id}/chain", "backup:get_statistics", "reader"),
        new("POST /backups/{id}/action", "backup:verify", "member", "{\"os-verify\":{}}"),
        new("GET /backups/{id}/verification", "backup:get_verification", "reader"),
        new("DELETE /backups/{id}/verification", "backup:verify", "member"),
        new("GET /backups/{id}/export_record", "backup:export-import", "admin"),
        new("POST /backups/import_record", "backup:backup-import", "admin",
            "{\"backup-record\":{\"backup_service\":\"s\",\"backup_url\":\"dQ==\"}}"),
        new("GET /os-backup-queue", "backup:get_queue", "reader"),
        new("POST /volumes", "volume:create", "member", "{\"volume\":{\"size\":1}}"),
        new("GET /volumes", "volume:get_all", "reader"),
        new("GET /volumes/detail", "volume:get_all", "reader"),
        new("GET /volumes/summary", "volume:get_all", "reader"),
        new("GET /volumes/{id}", "volume:get", "reader"),
        new("PUT /volumes/{id}", "volume:update", "member", "{\"volume\":{\"name\":\"n\"}}"),
        new("DELETE /volumes/{id}", "volume:delete", "member"),
        new("POST /volumes/{id}/action", Action + "attach", "member",
            "{\"os-attach\":{\"mountpoint\":\"/dev/vdb\",\"host_name\":\"h\"}}"),
        new("POST /volumes/{id}/action", Action + "detach", "member", "{\"os-detach\":{}}"),
        new("POST /volumes/{id}/action", Action + "initialize_connection", "member",
            $"{{\"os-initialize_connection\":{Connector}}}"),
        new("POST /volumes/{id}/action", Action + "terminate_connection", "member",
            $"{{\"os-terminate_connection\":{Connector}}}"),
        new("POST /volumes/{id}/action", "volume:extend", "member", "{\"os-extend\":{\"new_size\":2}}"),
        new("POST /volumes/{id}/action", "volume:update", "member", "{\"os-set_bootable\":{\"bootable\":true}}"),
        new("POST /volumes/{id}/action", VolumeAdmin + "reset_status", "admin",
            "{\"os-reset_status\":{\"status\":\"error\"}}"),
        new("POST /volumes/{id}/action", VolumeAdmin + "force_delete", "admin", "{\"os-force_delete\":{}}"),
        new("POST /attachments", "volume:attachment_create", "member", "{\"attachment\":{\"volume_uuid\":\"ID\"}}"),
        new("GET /attachments", "volume:get_all", "reader"),
        new("GET /attachments/detail", "volume:get_all", "reader"),
        new("GET /attachments/{id}", "volume:get", "reader"),
        new("PUT /attachments/{id}", "volume:attachment_update", "member", $"{{\"attachment\":{Connector}}}"),
        new("DELETE /attachments/{id}", "volume:attachment_delete", "member"),
        new("POST /attachments/{id}/action", "volume:attachment_complete", "member", "{\"os-complete\":null}"),
        new("POST /snapshots", "volume:create_snapshot", "member", "{\"snapshot\":{\"volume_id\":\"ID\"}}"),
        new("GET /snapshots", "volume:get_all_snapshots", "reader"),
        new("GET /snapshots/detail", "volume:get_all_snapshots", "reader"),
        new("GET /snapshots/{id}", "volume:get_snapshot", "reader"),
        new("PUT /snapshots/{id}", "volume:update_snapshot", "member", "{\"snapshot\":{\"name\":\"n\"}}"),
        new("DELETE /snapshots/{id}", "volume:delete_snapshot", "member"),
        new("POST /snapshots/{id}/action", SnapshotAdmin + "reset_status", "admin",
            "{\"os-reset_status\":{\"status\":\"error\"}}"),
        new("POST /snapshots/{id}/action", SnapshotAdmin + "force_delete", "admin", "{\"os-force_delete\":{}}"),
        .. OfMetadata("volumes", "volume", "create"),
        .. OfMetadata("snapshots", "snapshot", "update"),
        new("GET /os-quota-sets/{id}", "volume_extension:quotas:show", "reader"),
        new("GET /os-quota-sets/{id}/defaults", "volume_extension:quotas:show", "reader"),
        new("PUT /os-quota-sets/{id}", "volume_extension:quotas:update", "admin", "{\"quota_set\":{\"backups\":-1}}"),
        new("DELETE /os-quota-sets/{id}", "volume_extension:quotas:delete", "admin"),
        new("GET /os-quota-class-sets/{id}", "volume_extension:quota_classes:get", "admin"),
        new("PUT /os-quota-class-sets/{id}", "volume_extension:quota_classes:update", "admin",
            "{\"quota_class_set\":{\"backups\":-1}}"),
        new("GET /messages", "message:get_all", "reader"),
        new("GET /messages/{id}", "message:get", "reader"),
        new("DELETE /messages/{id}", "message:delete", "member"),
        new("GET /types", "volume_extension:type_get_all", "reader"),
        new("GET /types/{id}", "volume_extension:type_get", "reader"),
        new("GET /os-services", "volume_extension:services:index", "admin"),
        new("PUT /os-services/enable", "volume_extension:services:update", "admin", Service),
        new("PUT /os-services/disable", "volume_extension:services:update", "admin", Service),
        new("PUT /os-services/disable-log-reason", "volume_extension:services:update", "admin", ServiceAndReason),
    ];

    /// <summary>Whoever has a token may ask for them, as in Cinder: what they tell is no project's.</summary>
    public static readonly string[] Free =
    [
        "GET /backups/new", "GET /backups/{id}/edit", "GET /limits", "GET /extensions", "GET /extensions/{alias}",
        "GET /os-availability-zone", "GET /resource_filters",
    ];

    private static PolicyRoute[] OfPolicies()
    {
        const string policy = "{\"backup_policy\":{\"name\":\"p\",\"rules\":[{\"type\":\"hourly\"}]}}";
        const string path = "/backup-policies/{id}";
        return
        [
            new("POST /backup-policies", "backup_policy:create", "member", policy),
            new("GET /backup-policies", "backup_policy:get_all", "reader"),
            new("GET " + path, "backup_policy:get", "reader"),
            new("PUT " + path, "backup_policy:update", "member", policy),
            new("DELETE " + path, "backup_policy:delete", "member"),
            .. new[] { "os-assign", "os-exclude", "os-unassign" }.Select(action => new PolicyRoute(
                $"POST {path}/action", "backup_policy:update", "member", $"{{\"{action}\":{{\"volume_id\":\"ID\"}}}}")),
            new("GET " + path + "/volumes", "backup_policy:get", "reader"),
            new("GET " + path + "/retention", "backup_policy:get", "reader"),
            new("GET /backup-policy-runs", "backup_policy:get_runs", "reader"),
            new("GET /backups/{id}/protection", "backup:get", "reader"),
            new("GET /volumes/{id}/backup-policies", "backup_policy:get_all", "reader"),
        ];
    }

    private static PolicyRoute[] OfMetadata(string collection, string kind, string add)
    {
        var path = $"/{collection}/{{id}}/metadata";
        const string whole = "{\"metadata\":{\"k\":\"v\"}}";
        return
        [
            new("GET " + path, $"volume:get_{kind}_metadata", "reader"),
            new("POST " + path, $"volume:{add}_{kind}_metadata", "member", whole),
            new("PUT " + path, $"volume:update_{kind}_metadata", "member", whole),
            new("GET " + path + "/{key}", $"volume:get_{kind}_metadata", "reader"),
            new("PUT " + path + "/{key}", $"volume:update_{kind}_metadata", "member", "{\"meta\":{\"k\":\"v\"}}"),
            new("DELETE " + path + "/{key}", $"volume:delete_{kind}_metadata", "member"),
        ];
    }
}
