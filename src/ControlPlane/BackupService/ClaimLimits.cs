using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using BackupEngine.ControlPlane.Workflows;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.BackupService;

/// <summary>
/// How many backups, restores and verifications a host may run, and how many may read and write the volumes of a host.
/// It is decided in the transaction of the claim, with the row of the host held: of any number of services that claim
/// at the same moment no more get one than there is room for.
/// </summary>
internal sealed class ClaimLimits(EngineDatabase database, string host)
{
    /// <summary>Whether there is room for one more; holds the rows of the hosts until the transaction ends.</summary>
    public async Task<bool> HaveRoomAsync(Guid backupId, WorkflowKind kind, CancellationToken cancellationToken)
    {
        // A data plane verifies one thing at a time, and needs no volume for it.
        if (kind == WorkflowKind.Verify)
            return await HasRoomHereAsync(cancellationToken) && !await Verifying().AnyAsync(cancellationToken);
        // Everybody takes the volume host's row first and the backup host's second. A verification reads no volume.
        var volumeHost = kind == WorkflowKind.Verify
            ? null
            : await VolumeHostAsync(backupId, kind, cancellationToken);
        return await HasRoomAsync(
            EngineRole.Volume, volumeHost, OnVolumesOf(volumeHost).CountAsync, cancellationToken)
            && await HasRoomHereAsync(cancellationToken);
    }

    private Task<bool> HasRoomHereAsync(CancellationToken cancellationToken) => HasRoomAsync(
        EngineRole.Backup,
        host,
        async token => await Running().CountAsync(backup => backup.Host == host, token)
            + await Verifying().CountAsync(token),
        cancellationToken);

    private async Task<bool> HasRoomAsync(
        string role,
        string? name,
        Func<CancellationToken, Task<int>> countRunningAsync,
        CancellationToken cancellationToken)
    {
        var row = database.Hosts.Where(h => h.Host == name && h.Role == role && h.MaxConcurrent > 0);
        if (!await row.AnyAsync(cancellationToken))
            return true;
        await row.ExecuteUpdateAsync(
            set => set.SetProperty(h => h.MaxConcurrent, h => h.MaxConcurrent), cancellationToken);
        var most = await row.Select(h => h.MaxConcurrent).SingleOrDefaultAsync(cancellationToken);
        return most == 0 || await countRunningAsync(cancellationToken) < most;
    }

    private Task<string?> VolumeHostAsync(Guid backupId, WorkflowKind kind, CancellationToken cancellationToken)
    {
        var restores = kind == WorkflowKind.Restore;
        return database.Backups.Where(backup => backup.Id == backupId)
            .Join(
                database.Volumes,
                backup => restores ? backup.RestoreVolumeId : backup.VolumeId,
                volume => volume.Id,
                (_, volume) => volume.Host)
            .SingleOrDefaultAsync(cancellationToken);
    }

    private IQueryable<BackupEntity> OnVolumesOf(string? volumeHost) => Running().Where(backup =>
        database.Volumes.Any(volume => volume.Host == volumeHost && volume.Id
            == (backup.Status == BackupStatus.Restoring ? backup.RestoreVolumeId : backup.VolumeId)));

    private IQueryable<BackupVerificationEntity> Verifying() => database.BackupVerifications.Where(
        asked => asked.Status == VerificationStatus.Verifying && asked.LeaseExpiresAt != null && asked.Host == host);

    private IQueryable<BackupEntity> Running() => database.Backups.Where(backup => backup.DeletedAt == null
        && backup.LeaseExpiresAt != null
        && (backup.Status == BackupStatus.Creating || backup.Status == BackupStatus.Restoring));
}
