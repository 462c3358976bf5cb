using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.Workflows.Support;

/// <summary>Where in a step something happens.</summary>
public enum When
{
    Before,
    After,
}

/// <summary>Makes one step fail, or hang as in a process that is gone, before or after its action.</summary>
internal sealed class StepFault(WorkflowStep step, When when, bool hang = false) : IStepObserver
{
    public const string Message = "the fault of the test";

    private readonly TaskCompletionSource _reached = new(TaskCreationOptions.RunContinuationsAsynchronously);

    /// <summary>Ends when the step was reached.</summary>
    public Task Reached => _reached.Task;

    public Task BeforeAsync(BackupClaim claim, WorkflowStep reached, CancellationToken cancellationToken) =>
        StrikeAsync(reached, When.Before, cancellationToken);

    public Task AfterAsync(BackupClaim claim, WorkflowStep reached, CancellationToken cancellationToken) =>
        StrikeAsync(reached, When.After, cancellationToken);

    private async Task StrikeAsync(WorkflowStep reached, When now, CancellationToken cancellationToken)
    {
        if (reached.Name != step.Name || now != when)
            return;
        _reached.TrySetResult();
        if (!hang)
            throw new InvalidOperationException(Message);
        await Task.Delay(Timeout.Infinite, cancellationToken);
    }
}
