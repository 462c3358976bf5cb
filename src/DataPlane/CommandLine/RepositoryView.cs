namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of a new repository.</summary>
/// <param name="Repository">Its directory.</param>
/// <param name="RepositoryId">Its identity.</param>
/// <param name="ChunkSizeBytes">Its chunk size.</param>
/// <param name="Encrypted">Whether it is encrypted.</param>
internal sealed record RepositoryView(string Repository, Guid RepositoryId, int ChunkSizeBytes, bool Encrypted);
