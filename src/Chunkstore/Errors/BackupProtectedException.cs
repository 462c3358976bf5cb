namespace BackupEngine.Chunkstore.Errors;

/// <summary>A backup is protected, or is being deleted and can no longer be protected; nothing was changed.</summary>
public sealed class BackupProtectedException : RepositoryException
{
    /// <summary>Creates the error with its message.</summary>
    public BackupProtectedException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and cause.</summary>
    public BackupProtectedException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
