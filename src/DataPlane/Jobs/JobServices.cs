using BackupEngine.DataPlane.Backup;
using BackupEngine.DataPlane.Nbd.Server;
using BackupEngine.DataPlane.Restore;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Jobs;

/// <summary>What all jobs share.</summary>
/// <param name="Repositories">Open repositories.</param>
/// <param name="Backups">Makes backups.</param>
/// <param name="Restores">Restores backups.</param>
/// <param name="Rate">Limits what all of them transfer from or to devices.</param>
/// <param name="Shared">Memory and cores.</param>
/// <param name="NbdServes">Serves backups as block devices.</param>
internal sealed record JobServices(
    RepositoryPool Repositories,
    BackupRunner Backups,
    RestoreRunner Restores,
    RateLimiter Rate,
    SharedResources Shared,
    NbdServeRunner NbdServes);
