namespace BackupEngine.Chunkstore.Errors;

/// <summary>
/// The repository cannot do what was asked. The message is for the operator: what happened, what is safe, what to do.
/// </summary>
public class RepositoryException : Exception
{
    /// <summary>Creates the error with its message.</summary>
    public RepositoryException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and cause.</summary>
    public RepositoryException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
