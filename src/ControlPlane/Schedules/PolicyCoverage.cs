using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Schedules;

/// <summary>
/// Which volumes a policy holds for: those that it names, or all of its project that it does not leave out.
/// </summary>
internal static class PolicyCoverage
{
    /// <summary>The volumes of a policy, now.</summary>
    public static IQueryable<VolumeEntity> VolumesOf(this EngineDatabase database, BackupPolicyEntity policy)
    {
        var named = database.BackupPolicyVolumes.Where(row => row.PolicyId == policy.Id);
        var volumes = database.Volumes.Where(row => row.ProjectId == policy.ProjectId && row.DeletedAt == null);
        return policy.AllVolumes
            ? volumes.Where(volume => !named.Any(row => row.VolumeId == volume.Id && row.Excluded))
            : volumes.Where(volume => named.Any(row => row.VolumeId == volume.Id && !row.Excluded));
    }

    /// <summary>The policies that hold for a volume, now; also those that are switched off.</summary>
    public static IQueryable<BackupPolicyEntity> PoliciesOf(this EngineDatabase database, VolumeEntity volume)
    {
        var naming = database.BackupPolicyVolumes.Where(row => row.VolumeId == volume.Id);
        return database.BackupPolicies
            .Where(policy => policy.ProjectId == volume.ProjectId && policy.DeletedAt == null)
            .Where(policy => policy.AllVolumes
                ? !naming.Any(row => row.PolicyId == policy.Id && row.Excluded)
                : naming.Any(row => row.PolicyId == policy.Id && !row.Excluded));
    }
}
