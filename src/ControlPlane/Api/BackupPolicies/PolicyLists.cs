using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Api.BackupPolicies;

/// <summary>By what lists of policies and their runs are filtered and sorted.</summary>
internal static class PolicyLists
{
    /// <summary>Of policies.</summary>
    public static readonly ListResource<BackupPolicyEntity> Policies = new()
    {
        Collection = PolicyView.Collection,
        NotFound = Fault.BackupPolicyNotFound,
        Rule = PolicyRules.BackupPolicyGetAll,
        PublicFilters = ["name", "enabled", "all_volumes"],
        Columns = new Dictionary<string, ListColumn<BackupPolicyEntity>>(StringComparer.Ordinal)
        {
            ["id"] = Column.Id<BackupPolicyEntity>(policy => policy.Id),
            ["name"] = Column.Text<BackupPolicyEntity>(policy => policy.Name),
            ["enabled"] = Column.Truth<BackupPolicyEntity>(policy => policy.Enabled),
            ["all_volumes"] = Column.Truth<BackupPolicyEntity>(policy => policy.AllVolumes),
            ["project_id"] = Column.Text<BackupPolicyEntity>(policy => policy.ProjectId),
            ["next_run_at"] = Column.OptionalTime<BackupPolicyEntity>(policy => policy.NextRunAt),
            ["created_at"] = Column.Time<BackupPolicyEntity>(policy => policy.CreatedAt),
        },
    };

    /// <summary>Of runs.</summary>
    public static readonly ListResource<BackupPolicyRunEntity> Runs = new()
    {
        Collection = "backup-policy-runs",
        NotFound = id => new ApiFaultException(
            StatusCodes.Status404NotFound, $"Backup policy run {id} could not be found."),
        Rule = PolicyRules.BackupPolicyRuns,
        PublicFilters = ["policy_id", "volume_id", "backup_id", "status", "late"],
        Columns = new Dictionary<string, ListColumn<BackupPolicyRunEntity>>(StringComparer.Ordinal)
        {
            ["id"] = Column.Id<BackupPolicyRunEntity>(run => run.Id),
            ["policy_id"] = Column.Id<BackupPolicyRunEntity>(run => run.PolicyId),
            ["volume_id"] = Column.Id<BackupPolicyRunEntity>(run => run.VolumeId),
            ["backup_id"] = Column.OptionalId<BackupPolicyRunEntity>(run => run.BackupId),
            ["status"] = Column.Text<BackupPolicyRunEntity>(run => run.Status),
            ["late"] = Column.Truth<BackupPolicyRunEntity>(run => run.Late),
            ["due_at"] = Column.Time<BackupPolicyRunEntity>(run => run.DueAt),
            ["created_at"] = Column.Time<BackupPolicyRunEntity>(run => run.CreatedAt),
        },
    };
}
