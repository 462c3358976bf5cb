namespace BackupEngine.Chunkstore.Errors;

/// <summary>
/// The key: missing where one is needed, wrong, or given where nothing is encrypted. Nothing was changed.
/// </summary>
public sealed class RepositoryKeyException : RepositoryException
{
    /// <summary>Creates the error with its message, which never holds a key or a passphrase.</summary>
    public RepositoryKeyException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and cause.</summary>
    public RepositoryKeyException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
