namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>The states of a verification. The status of its backup is another matter and stays as it is.</summary>
public static class VerificationStatus
{
    /// <summary>Asked for, queued or running.</summary>
    public const string Verifying = "verifying";

    /// <summary>What was looked at is whole.</summary>
    public const string Good = "good";

    /// <summary>Something of it is damaged: the backup cannot be restored whole.</summary>
    public const string Damaged = "damaged";

    /// <summary>It could not be found out; the reason is in the record.</summary>
    public const string Error = "error";

    /// <summary>It was cancelled, or the backup was deleted meanwhile.</summary>
    public const string Cancelled = "cancelled";
}
