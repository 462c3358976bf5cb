namespace BackupEngine.Chunkstore.Errors;

/// <summary>The disk of the repository is full; what was published before is intact.</summary>
public sealed class RepositoryFullException : RepositoryException
{
    /// <summary>Creates the error with its message.</summary>
    public RepositoryFullException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and cause.</summary>
    public RepositoryFullException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
