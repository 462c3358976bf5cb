using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.Integration.Support;

/// <summary>Does what the test says before or after a step.</summary>
internal sealed class StepProbe : IStepObserver
{
    public const string Message = "the fault of the test";

    /// <summary>Called with the step and whether its action is done.</summary>
    public Func<WorkflowStep, bool, Task> OnStep { get; set; } = static (_, _) => Task.CompletedTask;

    public void FailAt(WorkflowStep step, bool after) => OnStep = (reached, done) =>
        reached == step && done == after ? throw new InvalidOperationException(Message) : Task.CompletedTask;

    public void Rest() => OnStep = static (_, _) => Task.CompletedTask;

    public Task BeforeAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken) =>
        OnStep(step, false);

    public Task AfterAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken) =>
        OnStep(step, true);
}
