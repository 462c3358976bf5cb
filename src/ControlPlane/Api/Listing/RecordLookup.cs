using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>
/// Finds single records for a caller. What is another project's, deleted, or no id at all is not there.
/// </summary>
internal static class RecordLookup
{
    /// <summary>A volume.</summary>
    /// <exception cref="ApiFaultException">404.</exception>
    public static Task<VolumeEntity> FindVolumeAsync(
        this EngineDatabase database, ApiRequest request, string id, CancellationToken cancellationToken) =>
        FindAsync(database.Volumes, request, id, Fault.VolumeNotFound, cancellationToken);

    /// <summary>A snapshot.</summary>
    /// <exception cref="ApiFaultException">404.</exception>
    public static Task<SnapshotEntity> FindSnapshotAsync(
        this EngineDatabase database, ApiRequest request, string id, CancellationToken cancellationToken) =>
        FindAsync(database.Snapshots, request, id, Fault.SnapshotNotFound, cancellationToken);

    /// <summary>A backup.</summary>
    /// <exception cref="ApiFaultException">404.</exception>
    public static Task<BackupEntity> FindBackupAsync(
        this EngineDatabase database, ApiRequest request, string id, CancellationToken cancellationToken) =>
        FindAsync(database.Backups, request, id, Fault.BackupNotFound, cancellationToken);

    private static async Task<T> FindAsync<T>(
        IQueryable<T> records, ApiRequest request, string id, Func<string, ApiFaultException> notFound,
        CancellationToken cancellationToken)
        where T : class, IProjectRecord
    {
        if (!Guid.TryParse(id, out var guid))
            throw notFound(id);
        var found = await records.AsNoTracking().InScopeOf(request.Caller)
            .SingleOrDefaultAsync(record => record.Id == guid, cancellationToken);
        return found ?? throw notFound(id);
    }
}
