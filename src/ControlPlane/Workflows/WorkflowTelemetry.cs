using System.Diagnostics;
using System.Diagnostics.Metrics;

namespace BackupEngine.ControlPlane.Workflows;

/// <summary>
/// Traces of the workflows: one span for each run of a workflow, in it one for each step. And what they count.
/// </summary>
public static class WorkflowTelemetry
{
    /// <summary>Name of the source, and of the meter.</summary>
    public const string SourceName = "BackupEngine.Workflow";

    private static readonly ActivitySource Source = new(SourceName);
    private static readonly Meter Meter = new(SourceName);

    private static readonly Counter<long> FullReads = Meter.CreateCounter<long>(
        "backupengine.backup.full_reads",
        "{backup}",
        "Incrementals that read everything although only what changed was to be read.");

    /// <summary>An incremental read everything although only what changed was to be.</summary>
    /// <param name="reason">The word of the data plane for the reason.</param>
    public static void CountFullRead(string reason) =>
        FullReads.Add(1, new KeyValuePair<string, object?>("reason", reason));

    /// <summary>
    /// Begins the span of a run; its parent is the message that brought the command, where there was one.
    /// </summary>
    public static Activity? StartRun(BackupClaim claim, ActivityContext parent) => Tagged(
        Source.StartActivity($"{claim.Kind} backup", ActivityKind.Internal, parent), claim);

    /// <summary>Begins the span of a step.</summary>
    public static Activity? StartStep(BackupClaim claim, WorkflowStep step) =>
        Tagged(Source.StartActivity(step.Name), claim)
        ?.SetTag("step.number", step.Number)
        .SetTag("step.name", step.Name);

    private static Activity? Tagged(Activity? activity, BackupClaim claim) => activity
        ?.SetTag("backup.id", claim.BackupId.ToString())
        .SetTag("workflow", claim.Kind.Name)
        .SetTag("attempt", claim.Number);
}
