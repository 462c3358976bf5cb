namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>That a policy names a volume: to be backed up, or to be left out.</summary>
public sealed class BackupPolicyVolumeEntity
{
    /// <summary>The policy.</summary>
    public Guid PolicyId { get; set; }

    /// <summary>The volume.</summary>
    public Guid VolumeId { get; set; }

    /// <summary>Whether it is left out, whatever else the policy says.</summary>
    public bool Excluded { get; set; }
}
