namespace BackupEngine.ControlPlane.DataPlane;

/// <summary>
/// The data plane does not answer, or was restarted and has lost its attachments and jobs. Nothing that it had attached
/// is attached any more. What it has stored stays stored: the same transfer may be started again.
/// </summary>
public sealed class DataPlaneLostException : Exception
{
    /// <summary>Without a message.</summary>
    public DataPlaneLostException()
    {
    }

    /// <summary>With what was lost.</summary>
    public DataPlaneLostException(string message)
        : base(message)
    {
    }

    /// <summary>With what was lost and the error of the call.</summary>
    public DataPlaneLostException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
