using BackupEngine.ControlPlane.Workflows;

namespace BackupEngine.ControlPlane.Tests.Workflows.Support;

/// <summary>
/// As a connection that breaks when the last step has been committed: another connection commits the same, then the
/// workflow gets an error.
/// </summary>
internal sealed class LosesAnswerOfCommit(WorkflowBench bench, Guid backupId) : IStepObserver
{
    public bool Struck { get; private set; }

    public async Task BeforeAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken)
    {
        if (step != WorkflowStep.RecordUpdated)
            return;
        Struck = true;
        await bench.SetStatusAsync(backupId, "available");
        await bench.AddAsync(new ControlPlane.Database.Entities.BackupStepEntity
        {
            BackupId = backupId,
            Workflow = "create",
            Step = step.Number,
            Name = step.Name,
            Attempt = claim.Number,
            Outcome = StepOutcome.Done,
            At = DateTime.UtcNow,
        });
        throw new InvalidOperationException("the connection was lost");
    }

    public Task AfterAsync(BackupClaim claim, WorkflowStep step, CancellationToken cancellationToken) =>
        Task.CompletedTask;
}
