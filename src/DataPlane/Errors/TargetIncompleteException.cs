namespace BackupEngine.DataPlane.Errors;

/// <summary>
/// A restore failed after it had begun to write: the target holds neither its old content nor the backup.
/// The inner exception is the cause, and decides the <see cref="ExitCode"/>.
/// </summary>
public sealed class TargetIncompleteException : Exception
{
    /// <summary>Creates the error with the name of the target and the cause.</summary>
    public TargetIncompleteException(string target, Exception cause)
        : base($"{cause.Message} The target {target} is INCOMPLETE and must not be used; restore to it again.", cause)
    {
    }
}
