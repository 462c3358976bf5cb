namespace BackupEngine.Chunkstore.Errors;

/// <summary>No backup of that id is in the repository.</summary>
public sealed class BackupNotFoundException : RepositoryException
{
    /// <summary>Creates the error with its message.</summary>
    public BackupNotFoundException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and cause.</summary>
    public BackupNotFoundException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
