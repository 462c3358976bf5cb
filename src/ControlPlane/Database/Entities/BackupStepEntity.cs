namespace BackupEngine.ControlPlane.Database.Entities;

/// <summary>
/// One line of the step log: written before and after each step, never changed, never removed while the backup exists.
/// </summary>
public sealed class BackupStepEntity
{
    /// <summary>Order of the log.</summary>
    public long Sequence { get; set; }

    /// <summary>The backup.</summary>
    public Guid BackupId { get; set; }

    /// <summary>The workflow: <c>create</c>, <c>restore</c> or <c>delete</c>.</summary>
    public string Workflow { get; set; } = "";

    /// <summary>Number of the step in the workflow's list.</summary>
    public int Step { get; set; }

    /// <summary>Name of the step.</summary>
    public string Name { get; set; } = "";

    /// <summary>The claim under which it ran: grows with every take-over.</summary>
    public long Attempt { get; set; }

    /// <summary><c>started</c>, <c>done</c>, <c>failed</c>, <c>undone</c> or <c>undo-failed</c>.</summary>
    public string Outcome { get; set; } = "";

    /// <summary>
    /// Facts that a take-over needs, as a JSON object of strings (device, attachment, connection, job).
    /// </summary>
    public string FactsJson { get; set; } = "{}";

    /// <summary>What went wrong; null unless the outcome says so.</summary>
    public string? Error { get; set; }

    /// <summary>The host that wrote the line.</summary>
    public string Host { get; set; } = "";

    /// <summary>UTC.</summary>
    public DateTime At { get; set; }
}
