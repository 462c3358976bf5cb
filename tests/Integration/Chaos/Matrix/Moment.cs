namespace BackupEngine.Integration.Chaos.Matrix;

/// <summary>
/// A point of a workflow at which everything is held while the fault strikes: the writing of one line of the step log.
/// </summary>
/// <param name="Workflow">create, restore or delete.</param>
/// <param name="Step">Number of the step that the fault is to hit.</param>
/// <param name="Line">Name of the line that is held.</param>
/// <param name="Outcome">Its outcome.</param>
/// <param name="Kept">
/// Whether the line is held while it is committed, so that it is kept when its writer dies; else before that: what was
/// done is known to nobody then.
/// </param>
internal sealed record Moment(string Workflow, int Step, string Line, string Outcome, bool Kept)
{
    /// <summary>Steps 1 to 5: the request is on its way still.</summary>
    public bool IsOfRequest => Step <= 5;

    /// <summary>Whether the fault is to strike while data flow, after the line was written.</summary>
    public bool IsTransfer => Line == "transfer-data";
}
