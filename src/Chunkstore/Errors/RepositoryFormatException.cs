namespace BackupEngine.Chunkstore.Errors;

/// <summary>The place is not a repository, or one of a format version that this program does not read.</summary>
public sealed class RepositoryFormatException : RepositoryException
{
    /// <summary>Creates the error with its message.</summary>
    public RepositoryFormatException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and cause.</summary>
    public RepositoryFormatException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
