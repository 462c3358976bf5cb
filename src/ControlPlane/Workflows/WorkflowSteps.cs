using System.Data.Common;
using System.Diagnostics;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.DataPlane;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// Runs the steps of one workflow: a line before, the action, a line after; a span and a log message for each.
/// </summary>
internal sealed class WorkflowSteps(
    ClaimedRecord record, StepLog log, BackupClaim claim, IStepObserver observer, ILogger logger)
{
    /// <summary>Runs a step whose action has an answer.</summary>
    /// <param name="step">The step.</param>
    /// <param name="intent">What an undo or a take-over has to know if the step ends half way: ids above all.</param>
    /// <param name="action">What the step does.</param>
    /// <param name="facts">What of the answer is kept with the line <c>done</c>.</param>
    /// <param name="cancellationToken">Ends the workflow.</param>
    /// <exception cref="StepFailedException">The action failed; the line says so.</exception>
    public async Task<T> RunAsync<T>(
        WorkflowStep step,
        StepFacts intent,
        Func<CancellationToken, Task<T>> action,
        Func<T, StepFacts> facts,
        CancellationToken cancellationToken)
    {
        using var span = WorkflowTelemetry.StartStep(claim, step);
        try
        {
            await log.WriteAsync(step, StepOutcome.Started, intent, error: null, cancellationToken);
            await observer.BeforeAsync(claim, step, cancellationToken);
            var answer = await action(cancellationToken);
            await observer.AfterAsync(claim, step, cancellationToken);
            await WriteDoneAsync(step, facts(answer), cancellationToken);
            return answer;
        }
        catch (Exception e) when (e is not ClaimLostException && !cancellationToken.IsCancellationRequested)
        {
            await FailAsync(step, span, e, cancellationToken);
            throw new StepFailedException(step, e);
        }
    }

    /// <summary>Runs a step whose action has no answer.</summary>
    public Task RunAsync(
        WorkflowStep step, StepFacts intent, Func<CancellationToken, Task> action,
        CancellationToken cancellationToken) =>
        RunAsync(step, intent, async token =>
        {
            await action(
            token); return intent;
        }, static facts => facts, cancellationToken);

    /// <summary>Runs a step that only takes note of an answer.</summary>
    public Task NoteAsync(WorkflowStep step, StepFacts facts, CancellationToken cancellationToken) =>
        RunAsync(step, facts, static _ => Task.CompletedTask, cancellationToken);

    /// <summary>Records that a step has nothing to do.</summary>
    public async Task SkipAsync(WorkflowStep step, string reason, CancellationToken cancellationToken)
    {
        await log.WriteAsync(
            step, StepOutcome.Skipped, new StepFacts().With("reason", reason), error: null, cancellationToken);
        logger.LogInformation(
            "Backup {BackupId} {Workflow} step {Step} skipped: {Reason}", claim.BackupId, claim.Kind, step, reason);
    }

    /// <summary>
    /// Runs the last step: its writes and its line <c>done</c> are one transaction. From its commit on nothing may be
    /// undone: where the commit's answer was lost, the database is asked; where it cannot be, nobody touches anything
    /// until the lease has run out.
    /// </summary>
    public async Task CommitAsync(
        WorkflowStep step, Func<EngineDatabase, CancellationToken, Task> write, CancellationToken cancellationToken)
    {
        using var span = WorkflowTelemetry.StartStep(claim, step);
        var done = log.Line(step, StepOutcome.Done, []);
        try
        {
            await log.WriteAsync(step, StepOutcome.Started, [], error: null, cancellationToken);
            await observer.BeforeAsync(claim, step, cancellationToken);
            await record.InTransactionAsync((database, token) => WriteAllAsync(database, token), cancellationToken);
        }
        catch (Exception e) when (e is not ClaimLostException)
        {
            if (!await IsCommittedAsync(step))
            {
                await FailAsync(step, span, e, cancellationToken);
                throw new StepFailedException(step, e);
            }
        }

        log.Keep(done);
        logger.LogInformation("Backup {BackupId} {Workflow} step {Step} done", claim.BackupId, claim.Kind, step);

        async Task WriteAllAsync(EngineDatabase database, CancellationToken token)
        {
            await write(database, token);
            await StepLog.AddAsync(database, done);
            await observer.AfterAsync(claim, step, token);
        }
    }

    /// <summary>
    /// Runs what comes after the end of the claim. Its failure is a warning: the record is as it should be.
    /// </summary>
    public async Task RunAfterTheEndAsync(
        WorkflowStep step, Func<CancellationToken, Task> action, CancellationToken cancellationToken)
    {
        using var span = WorkflowTelemetry.StartStep(claim, step);
        try
        {
            await observer.BeforeAsync(claim, step, cancellationToken);
            await action(cancellationToken);
            await log.WriteAfterTheEndAsync(step, StepOutcome.Done, error: null, cancellationToken);
        }
        catch (Exception e) when (!cancellationToken.IsCancellationRequested)
        {
            span?.SetStatus(ActivityStatusCode.Error, e.Message);
            logger.LogWarning(e, "Backup {BackupId} {Workflow} step {Step} failed", claim.BackupId, claim.Kind, step);
            await log.WriteAfterTheEndAsync(step, StepOutcome.Failed, e.Message, cancellationToken);
        }
    }

    private async Task<bool> IsCommittedAsync(WorkflowStep step)
    {
        try
        {
            return await record.QueryAsync(
                (database, token) => database.BackupSteps.AnyAsync(
                    line => line.BackupId == claim.BackupId && line.Attempt == claim.Number
                        && line.Name == step.Name && line.Outcome == StepOutcome.Done,
                    token),
                CancellationToken.None);
        }
        catch (Exception e) when (e is DbException or InvalidOperationException)
        {
            throw new ClaimLostException(
                $"Whether backup {claim.BackupId} was recorded cannot be found out: {e.Message}", e);
        }
    }

    private async Task FailAsync(WorkflowStep step, Activity? span, Exception e, CancellationToken cancellationToken)
    {
        cancellationToken.ThrowIfCancellationRequested();
        span?.SetStatus(ActivityStatusCode.Error, e.Message);
        logger.LogError(
            IsExpected(e) ? null : e,
            "Backup {BackupId} {Workflow} step {Step} failed: {Cause}", claim.BackupId, claim.Kind, step, e.Message);
        await log.WriteAsync(step, StepOutcome.Failed, [], e.Message, cancellationToken);
    }

    /// <summary>Whether the message says everything; of any other error the log has the stack.</summary>
    private static bool IsExpected(Exception e) =>
        e is VolumeServiceException or DataPlaneException or DataPlaneLostException or DataPlaneLeaseEndedException;

    private async Task WriteDoneAsync(WorkflowStep step, StepFacts facts, CancellationToken cancellationToken)
    {
        await log.WriteAsync(step, StepOutcome.Done, facts, error: null, cancellationToken);
        logger.LogInformation("Backup {BackupId} {Workflow} step {Step} done", claim.BackupId, claim.Kind, step);
    }
}
