namespace BackupEngine.DataPlane.Errors;

/// <summary>
/// A restore failed after it had begun to write: the target holds neither its old content nor the backup.
/// The inner exception is the cause, and decides the <see cref="ExitCode"/>.
/// </summary>
public sealed class TargetIncompleteException : Exception
{
    /// <summary>Creates the error with its message, which says what becomes of the target, and its cause.</summary>
    public TargetIncompleteException(string message, Exception cause)
        : base(message, cause)
    {
    }
}
