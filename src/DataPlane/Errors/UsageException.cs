namespace BackupEngine.DataPlane.Errors;

/// <summary>The request is wrong; nothing was done. The message says what is wrong and what would be right.</summary>
public sealed class UsageException : Exception
{
    /// <summary>Creates the error with its message.</summary>
    public UsageException(string message)
        : base(message)
    {
    }

    /// <summary>Creates the error with its message and cause.</summary>
    public UsageException(string message, Exception innerException)
        : base(message, innerException)
    {
    }
}
