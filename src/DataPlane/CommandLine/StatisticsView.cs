using BackupEngine.Chunkstore.Repositories;

namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of `stats`.</summary>
/// <param name="RepositoryId">Identity of the repository.</param>
/// <param name="ChunkSizeBytes">Its chunk size.</param>
/// <param name="Statistics">Counts and sizes.</param>
internal sealed record StatisticsView(Guid RepositoryId, int ChunkSizeBytes, RepositoryStatistics Statistics);
