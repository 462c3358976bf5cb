using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>The name that a file was to get is taken. Nothing was changed.</summary>
internal sealed class ObjectExistsException(string message) : RepositoryException(message);
