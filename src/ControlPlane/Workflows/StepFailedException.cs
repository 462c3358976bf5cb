namespace BackupEngine.ControlPlane.Workflows;

/// <summary>A step of a workflow has failed.</summary>
public sealed class StepFailedException : Exception
{
    /// <summary>Longest reason that a record holds, in characters.</summary>
    public const int LongestReason = 255;

    /// <summary>Without details.</summary>
    public StepFailedException()
    {
    }

    /// <summary>With the reason.</summary>
    public StepFailedException(string message)
        : base(message)
    {
    }

    /// <summary>With the reason and its cause.</summary>
    public StepFailedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }

    /// <summary>For a step and what stopped it.</summary>
    public StepFailedException(WorkflowStep step, Exception cause)
        : this(ReasonOf(step, cause.Message), cause)
    {
    }

    /// <summary>What the record says: number and name of the step, and the cause.</summary>
    public static string ReasonOf(WorkflowStep step, string cause)
    {
        var reason = $"step {step}: {cause}";
        return reason.Length <= LongestReason ? reason : reason[..(LongestReason - 3)] + "...";
    }
}
