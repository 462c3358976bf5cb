namespace BackupEngine.ControlPlane.Workflows;

/// <summary>One workflow, for one run.</summary>
internal interface IBackupWorkflow
{
    /// <summary>Runs the steps from the claim on; on a take-over, from where the step log says.</summary>
    Task RunAsync(CancellationToken cancellationToken);

    /// <summary>Records the failure: the last thing, after the undo.</summary>
    Task FailAsync(string reason, CancellationToken cancellationToken);
}
