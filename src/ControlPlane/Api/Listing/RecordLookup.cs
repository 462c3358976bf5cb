using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Listing;

/// <summary>
/// Finds single records for what a caller wants to do with them. What is another project's, deleted, or no id at all
/// is not there; what is there and the policy keeps from the caller is refused: in this order.
/// </summary>
internal static class RecordLookup
{
    /// <summary>A volume.</summary>
    /// <exception cref="ApiFaultException">404; 403: the rule does not allow it.</exception>
    public static Task<VolumeEntity> FindVolumeAsync(
        this EngineDatabase database,
        ApiRequest request,
        string id,
        PolicyRule rule,
        CancellationToken cancellationToken) =>
        FindAsync(database.Volumes, request, id, rule, Fault.VolumeNotFound, cancellationToken);

    /// <summary>A volume, for whoever asks not by a request.</summary>
    /// <exception cref="ApiFaultException">404.</exception>
    public static Task<VolumeEntity> FindVolumeAsync(
        this EngineDatabase database, Caller caller, string id, CancellationToken cancellationToken) =>
        FindAsync(database.Volumes, caller, id, Fault.VolumeNotFound, cancellationToken);

    /// <summary>A snapshot.</summary>
    /// <exception cref="ApiFaultException">404; 403: the rule does not allow it.</exception>
    public static Task<SnapshotEntity> FindSnapshotAsync(
        this EngineDatabase database,
        ApiRequest request,
        string id,
        PolicyRule rule,
        CancellationToken cancellationToken) =>
        FindAsync(database.Snapshots, request, id, rule, Fault.SnapshotNotFound, cancellationToken);

    /// <summary>A snapshot, for whoever asks not by a request.</summary>
    /// <exception cref="ApiFaultException">404.</exception>
    public static Task<SnapshotEntity> FindSnapshotAsync(
        this EngineDatabase database, Caller caller, string id, CancellationToken cancellationToken) =>
        FindAsync(database.Snapshots, caller, id, Fault.SnapshotNotFound, cancellationToken);

    /// <summary>A backup.</summary>
    /// <exception cref="ApiFaultException">404; 403: the rule does not allow it.</exception>
    public static Task<BackupEntity> FindBackupAsync(
        this EngineDatabase database,
        ApiRequest request,
        string id,
        PolicyRule rule,
        CancellationToken cancellationToken) =>
        FindAsync(database.Backups, request, id, rule, Fault.BackupNotFound, cancellationToken);

    /// <summary>A backup policy.</summary>
    /// <exception cref="ApiFaultException">404; 403: the rule does not allow it.</exception>
    public static Task<BackupPolicyEntity> FindBackupPolicyAsync(
        this EngineDatabase database,
        ApiRequest request,
        string id,
        PolicyRule rule,
        CancellationToken cancellationToken) =>
        FindAsync(database.BackupPolicies, request, id, rule, Fault.BackupPolicyNotFound, cancellationToken);

    private static async Task<T> FindAsync<T>(
        IQueryable<T> records,
        ApiRequest request,
        string id,
        PolicyRule rule,
        Func<string, ApiFaultException> notFound,
        CancellationToken cancellationToken)
        where T : class, IProjectRecord
    {
        var found = await FindAsync(records, request.Caller, id, notFound, cancellationToken);
        request.Require(rule, found);
        return found;
    }

    private static async Task<T> FindAsync<T>(
        IQueryable<T> records, Caller caller, string id, Func<string, ApiFaultException> notFound,
        CancellationToken cancellationToken)
        where T : class, IProjectRecord
    {
        if (!Guid.TryParse(id, out var guid))
            throw notFound(id);
        var found = await records.AsNoTracking().InScopeOf(caller)
            .SingleOrDefaultAsync(record => record.Id == guid, cancellationToken);
        return found ?? throw notFound(id);
    }
}
