using BackupEngine.ControlPlane.DataPlane;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>The right of one backup service to work on one record, until its lease runs out.</summary>
/// <param name="BackupId">The record.</param>
/// <param name="Kind">What is to be done with it.</param>
/// <param name="Number">Fencing: a write of the record is valid only while the record carries this number.</param>
/// <param name="TakesOver">Whether another claim on the same action came before.</param>
/// <param name="ClaimedAt">Timestamp of this process' clock from before the claim was made: its lease counts from
/// there.</param>
public sealed record BackupClaim(Guid BackupId, WorkflowKind Kind, long Number, bool TakesOver, long ClaimedAt)
{
    /// <summary>A new name for a job or an attachment of this claim in the data plane.</summary>
    internal string NameOf(string kind) => $"{new ClaimedName(kind, BackupId, Number, Guid.NewGuid())}";
}
