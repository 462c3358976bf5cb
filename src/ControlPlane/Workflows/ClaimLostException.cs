namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// The record belongs to another claim now. Whoever gets this touches nothing any more: neither the record nor what an
/// undo would remove, for the new owner may be using it.
/// </summary>
public sealed class ClaimLostException : Exception
{
    /// <summary>Without details.</summary>
    public ClaimLostException()
    {
    }

    /// <summary>With what happened.</summary>
    public ClaimLostException(string message)
        : base(message)
    {
    }

    /// <summary>With what happened and why.</summary>
    public ClaimLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>For one claim.</summary>
    public ClaimLostException(BackupClaim claim)
        : this($"Claim {claim.Number} on backup {claim.BackupId} is lost: its lease ran out and another service may "
            + "have it.")
    {
    }
}
