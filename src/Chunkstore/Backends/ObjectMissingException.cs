using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>A file of the repository is not there. Whoever asked for it knows whether that is an error.</summary>
internal sealed class ObjectMissingException(string message, Exception? innerException = null)
    : RepositoryException(message, innerException!);
