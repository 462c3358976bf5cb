using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// The lines of the action under way: those of the claims before and those of this one. A line is written before and
/// after each step, and only while the claim is good. It is what an operator sees and what a take-over goes on from.
/// </summary>
internal sealed class StepLog
{
    /// <summary>Fact of the line that begins a claim: the claim that it takes over from.</summary>
    public const string TakesOverFact = "takes_over_claim";

    private readonly ClaimedRecord _record;
    private readonly List<BackupStepEntity> _lines;

    private StepLog(ClaimedRecord record, List<BackupStepEntity> lines, RequestOrigin origin) =>
        (_record, _lines, Origin) = (record, lines, origin);

    /// <summary>The request that the action began with.</summary>
    public RequestOrigin Origin { get; }

    /// <summary>The lines so far, oldest first.</summary>
    public IReadOnlyList<BackupStepEntity> Lines => _lines;

    /// <summary>Reads the lines of the action that the claim is on.</summary>
    public static async Task<StepLog> OpenAsync(ClaimedRecord record, CancellationToken cancellationToken)
    {
        var claim = record.Claim;
        var lines = await record.QueryAsync(
            (database, token) => database.BackupSteps.AsNoTracking()
                .Where(line => line.BackupId == claim.BackupId && line.Workflow == claim.Kind.Name)
                .OrderBy(line => line.Sequence)
                .ToListAsync(token),
            cancellationToken);
        var received = lines.FindLast(line => line.Name == WorkflowStep.RequestReceived.Name);
        return new StepLog(
            record,
            claim.TakesOver ? OfThisAction(lines) : [],
            RequestOrigin.Of(received is null ? null : StepFacts.Parse(received.FactsJson)));
    }

    /// <summary>Writes a line.</summary>
    /// <exception cref="ClaimLostException">The claim is lost; no line was written.</exception>
    public Task WriteAsync(
        WorkflowStep step, string outcome, StepFacts facts, string? error, CancellationToken cancellationToken) =>
        WriteAsync(Line(step, outcome, facts, error), static (_, _) => Task.CompletedTask, cancellationToken);

    /// <summary>Writes a line, and something beside it in the same transaction.</summary>
    /// <exception cref="ClaimLostException">The claim is lost; nothing was written.</exception>
    public async Task WriteAsync(
        BackupStepEntity line,
        Func<EngineDatabase, CancellationToken, Task> beside,
        CancellationToken cancellationToken)
    {
        await _record.InTransactionAsync(
            async (database, token) =>
            {
                await AddAsync(database, line);
                await beside(database, token);
            },
            cancellationToken);
        _lines.Add(line);
    }

    /// <summary>Adds a line to a transaction that may be tried again: the database numbers it anew each time.</summary>
    public static Task AddAsync(EngineDatabase database, BackupStepEntity line)
    {
        line.Sequence = 0;
        database.BackupSteps.Add(line);
        return Task.CompletedTask;
    }

    /// <summary>
    /// Writes a line about what comes after the end of the claim: once, however often it is tried.
    /// </summary>
    public Task WriteAfterTheEndAsync(
        WorkflowStep step, string outcome, string? error, CancellationToken cancellationToken)
    {
        var line = Line(step, outcome, [], error);
        return _record.QueryAsync(
            async (database, token) =>
            {
                if (await database.BackupSteps.AnyAsync(
                    l => l.BackupId == line.BackupId && l.Attempt == line.Attempt && l.Name == line.Name, token))
                    return 0;
                await AddAsync(database, line);
                return await database.SaveChangesAsync(token);
            },
            cancellationToken);
    }

    /// <summary>A line that the caller writes in a transaction of its own, and then <see cref="Keep"/>s.</summary>
    public BackupStepEntity Line(WorkflowStep step, string outcome, StepFacts facts, string? error = null) => new()
    {
        BackupId = _record.Claim.BackupId,
        Workflow = _record.Claim.Kind.Name,
        Step = step.Number,
        Name = step.Name,
        Attempt = _record.Claim.Number,
        Outcome = outcome,
        FactsJson = facts.ToJson(),
        Error = error,
        Host = _record.Host,
        At = _record.UtcNow,
    };

    /// <summary>Takes up a line that has been committed.</summary>
    public void Keep(BackupStepEntity line) => _lines.Add(line);

    /// <summary>The facts of a step that was started and not undone since; null when there is none.</summary>
    public StepFacts? Started(WorkflowStep step) => Latest(step, StepOutcome.Started);

    /// <summary>
    /// The facts of a step that is done and was neither undone nor started again since; null when it is not.
    /// </summary>
    public StepFacts? Done(WorkflowStep step) =>
        Last(step) is { Outcome: StepOutcome.Done } line ? StepFacts.Parse(line.FactsJson) : null;

    /// <summary>Whether a step was ever started in this action, undone or not.</summary>
    public bool EverStarted(WorkflowStep step) => _lines.Exists(line => line.Name == step.Name);

    /// <summary>Why the action has failed already, as the record is to say it; null when it has not.</summary>
    public string? Failure()
    {
        var last = _lines.FindLast(line => line.Outcome is not (StepOutcome.Undone or StepOutcome.UndoFailed)
            && line.Step > WorkflowStep.RecordClaimed.Number);
        return last is { Outcome: StepOutcome.Failed }
            ? StepFailedException.ReasonOf(new WorkflowStep(last.Step, last.Name), last.Error ?? "")
            : null;
    }

    /// <summary>How many claims have worked on this action before this one.</summary>
    public int ClaimsBefore() => _lines.Where(IsOfClaimBefore).Select(line => line.Attempt).Distinct().Count();

    /// <summary>The host of the claim before; null when there was none.</summary>
    public string? HostBefore() => _lines.FindLast(IsOfClaimBefore)?.Host;

    /// <summary>Not of this claim, and not of the API, which claims nothing.</summary>
    private bool IsOfClaimBefore(BackupStepEntity line) => line.Attempt > 0 && line.Attempt < _record.Claim.Number;

    private StepFacts? Latest(WorkflowStep step, string outcome)
    {
        for (var i = _lines.Count - 1; i >= 0; i--)
        {
            if (_lines[i].Name != step.Name)
                continue;
            if (_lines[i].Outcome == StepOutcome.Undone)
                return null;
            if (_lines[i].Outcome == outcome)
                return StepFacts.Parse(_lines[i].FactsJson);
        }

        return null;
    }

    private BackupStepEntity? Last(WorkflowStep step) => _lines.FindLast(line => line.Name == step.Name);

    /// <summary>
    /// The lines from the request on, which are written with the status that the action begins with. The first claim is
    /// no such mark where there is a request: its service may have died before it wrote a line, and the lines of an
    /// action of the same kind before this one would be taken for its own.
    /// </summary>
    private static List<BackupStepEntity> OfThisAction(List<BackupStepEntity> lines)
    {
        var asked = lines.FindLastIndex(line => line.Name == WorkflowStep.RequestReceived.Name);
        var first = asked >= 0 ? asked : lines.FindLastIndex(line => line.Name == WorkflowStep.RecordClaimed.Name
            && !StepFacts.Parse(line.FactsJson).ContainsKey(TakesOverFact));
        return first < 0 ? lines : lines[first..];
    }
}
