using BackupEngine.ControlPlane.Database.Entities;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>One of the workflows of a backup's record.</summary>
/// <param name="Name">Its name in the step log.</param>
/// <param name="Status">The record's status while it is under way.</param>
public sealed record WorkflowKind(string Name, string Status)
{
    /// <summary>Makes the backup.</summary>
    public static readonly WorkflowKind Create = new("create", BackupStatus.Creating);

    /// <summary>Writes the backup to a volume.</summary>
    public static readonly WorkflowKind Restore = new("restore", BackupStatus.Restoring);

    /// <summary>Removes the backup.</summary>
    public static readonly WorkflowKind Delete = new("delete", BackupStatus.Deleting);

    /// <summary>
    /// Proves that what is stored of the backup is good. It is a claim on the record of the verification, not on that
    /// of the backup, whose status stays as it is.
    /// </summary>
    public static readonly WorkflowKind Verify = new("verify", VerificationStatus.Verifying);

    /// <summary>Those that the status of a backup tells of.</summary>
    public static readonly IReadOnlyList<WorkflowKind> All = [Create, Restore, Delete];

    /// <summary>The workflow that a backup of this status is in; null when none is under way.</summary>
    public static WorkflowKind? Of(string status) => All.FirstOrDefault(kind => kind.Status == status);

    /// <inheritdoc/>
    public override string ToString() => Name;
}
