namespace BackupEngine.ControlPlane.Workflows;

/// <summary>Watches nothing.</summary>
internal sealed class NoStepObserver : IStepObserver
{
    /// <inheritdoc/>
    public Task BeforeAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken) =>
        Task.CompletedTask;

    /// <inheritdoc/>
    public Task AfterAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
