using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>Turns what a file system answers into what an operator needs.</summary>
internal static class StorageErrors
{
    /// <summary>The repository's error for a failed call.</summary>
    public static RepositoryException Translate(IOException exception, string action, string path) =>
        exception.HResult is Errno.NoSpace or Errno.QuotaExceeded
            ? new RepositoryFullException(
                $"No space is left to {action} '{path}'. What was published before is intact and can be restored. "
                + "Free space or delete backups, then run the backup again.", exception)
            : new RepositoryException(
                $"Could not {action} '{path}': {exception.Message}. What was published before was not touched. "
                + "Check the disk and its permissions, then run it again.", exception);
}
