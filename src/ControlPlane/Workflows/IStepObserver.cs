namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// Sees every step before and after its action. What it throws is a failure of the step: tests inject faults by it.
/// </summary>
internal interface IStepObserver
{
    /// <summary>The line <c>started</c> is written; the action has not begun.</summary>
    Task BeforeAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken);

    /// <summary>The action has ended; the line <c>done</c> is not written.</summary>
    Task AfterAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken);
}
