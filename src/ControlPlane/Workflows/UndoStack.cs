namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// Removes the effects of steps, last step first. What has to be undone is what the step log says was started and
/// neither undone nor ended by the step that ends it: so the stack is the same for the run that failed and for a
/// take-over. Each compensation may be repeated. One that fails is recorded and does not stop the others.
/// </summary>
internal sealed class UndoStack(ClaimedRecord record, StepLog log, ILogger logger)
{
    private readonly List<Entry> _entries = [];

    private sealed record Entry(
        WorkflowStep Step, WorkflowStep? EndedBy, Func<StepFacts, CancellationToken, Task> CompensateAsync);

    /// <summary>Says how the effects of a step are removed. Steps are added in the order in which they run.</summary>
    /// <param name="step">The step; its effects may exist from its line <c>started</c> on.</param>
    /// <param name="endedBy">The step that removes the effects when all goes well; null when none does.</param>
    /// <param name="compensate">Removes the effects, from the facts of the line <c>started</c>.</param>
    public UndoStack Push(
        WorkflowStep step, WorkflowStep? endedBy, Func<StepFacts, CancellationToken, Task> compensate)
    {
        _entries.Add(new Entry(step, endedBy, compensate));
        return this;
    }

    /// <summary>
    /// Whether the work goes on after this undo, so that what a later attempt can build on is to be kept.
    /// </summary>
    public bool GoesOn { get; private set; }

    /// <summary>Undoes everything: the work is given up.</summary>
    public Task RunAsync(CancellationToken cancellationToken)
    {
        GoesOn = false;
        return UndoAsync(static _ => true, cancellationToken);
    }

    /// <summary>Undoes the steps from the last one down to this one.</summary>
    public Task RunDownToAsync(WorkflowStep lowest, CancellationToken cancellationToken) =>
        RunAsync(step => step.Number >= lowest.Number, cancellationToken);

    /// <summary>Undoes the steps that the choice takes, last step first; the work goes on.</summary>
    public Task RunAsync(Predicate<WorkflowStep> choice, CancellationToken cancellationToken)
    {
        GoesOn = true;
        return UndoAsync(choice, cancellationToken);
    }

    private async Task UndoAsync(Predicate<WorkflowStep> choice, CancellationToken cancellationToken)
    {
        foreach (var entry in Enumerable.Reverse(_entries).Where(entry => choice(entry.Step)))
        {
            if (log.Started(entry.Step) is { } facts && !IsEnded(entry))
                await UndoAsync(entry, facts, cancellationToken);
        }
    }

    private bool IsEnded(Entry entry) => entry.EndedBy is { } end && log.Done(end) is not null;

    private async Task UndoAsync(Entry entry, StepFacts facts, CancellationToken cancellationToken)
    {
        // Never undo what may be another owner's by now, or what the committed end of this claim stands on.
        if (await record.RenewAsync(cancellationToken) is null)
        {
            throw new ClaimLostException(
                $"Claim {record.Claim.Number} on backup {record.Claim.BackupId} has ended: nothing of it is undone.");
        }

        try
        {
            await entry.CompensateAsync(facts, cancellationToken);
            await log.WriteAsync(entry.Step, StepOutcome.Undone, [], error: null, cancellationToken);
        }
        catch (Exception e) when (e is not ClaimLostException && !cancellationToken.IsCancellationRequested)
        {
            logger.LogError(
                "Backup {BackupId}: undo of step {Step} failed; its effects may be left: {Cause}",
                record.Claim.BackupId, entry.Step, e.Message);
            await log.WriteAsync(entry.Step, StepOutcome.UndoFailed, [], e.Message, cancellationToken);
        }
    }
}
