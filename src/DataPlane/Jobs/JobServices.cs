using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Restore;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>What all jobs share.</summary>
/// <param name="Repositories">Open repositories.</param>
/// <param name="Backups">Makes backups.</param>
/// <param name="Restores">Restores backups.</param>
internal sealed record JobServices(RepositoryPool Repositories, BackupRunner Backups, RestoreRunner Restores);
