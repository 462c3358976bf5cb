namespace BackupEngine.ControlPlane.Api.Backups.Extensions;

/// <summary>The step that an action is at.</summary>
/// <param name="Number">Number of the step in its workflow.</param>
/// <param name="Name">Name of the step.</param>
/// <param name="Outcome">As in the step log: <c>started</c>, <c>done</c> and so on.</param>
/// <param name="Attempt">Grows when another service takes the work over; 0: the API.</param>
/// <param name="At">When that was written, UTC.</param>
internal sealed record ProgressStepView(int Number, string Name, string Outcome, long Attempt, DateTime At);
