namespace BackupEngine.ControlPlane.Workflows;

/// <summary>What a line of the step log says of its step.</summary>
public static class StepOutcome
{
    /// <summary>It begins; from now on it may have effects.</summary>
    public const string Started = "started";

    /// <summary>It has ended as it should.</summary>
    public const string Done = "done";

    /// <summary>There was nothing to do; the facts tell why.</summary>
    public const string Skipped = "skipped";

    /// <summary>It has not ended as it should; the error tells why.</summary>
    public const string Failed = "failed";

    /// <summary>Its effects have been removed.</summary>
    public const string Undone = "undone";

    /// <summary>Its effects could not be removed; the error tells why.</summary>
    public const string UndoFailed = "undo-failed";
}
