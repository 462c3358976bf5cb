namespace BackupEngine.Chunkstore.Errors;

/// <summary>A backup of that id is in the repository already; nothing was changed.</summary>
public sealed class BackupExistsException : RepositoryException
{
    /// <summary>Creates the error with its message.</summary>
    public BackupExistsException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and cause.</summary>
    public BackupExistsException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
