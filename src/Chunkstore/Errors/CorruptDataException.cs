namespace BackupEngine.Chunkstore.Errors;

/// <summary>
/// Stored bytes are not what was written. Never returned as good; the message names the file, the offset and the
/// chunk.
/// </summary>
public sealed class CorruptDataException : RepositoryException
{
    /// <summary>Creates the error with its message.</summary>
    public CorruptDataException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and cause.</summary>
    public CorruptDataException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
