using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using BackupEngine.ControlPlane.Hosting;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Idempotency;

/// <summary>
/// The keys of requests that were taken on. To be asked in the transaction that makes the record, after the project's
/// turn was taken: then of two requests with one key, on whichever hosts, the second sees what the first did.
/// </summary>
internal sealed class IdempotencyKeys(EngineDatabase database, EngineOptions options, TimeProvider clock)
{
    /// <summary>What was made under the key; null: nothing, or the key has expired.</summary>
    /// <exception cref="ApiFaultException">422: the key is that of another request.</exception>
    public async Task<IdempotencyKeyEntity?> FindAsync(
        string projectId, IdempotencyKey key, CancellationToken cancellationToken)
    {
        var now = clock.GetUtcNow().UtcDateTime;
        await database.IdempotencyKeys
            .Where(row => row.ProjectId == projectId && row.Key == key.Key && row.ExpiresAt <= now)
            .ExecuteDeleteAsync(cancellationToken);
        var found = await database.IdempotencyKeys.AsNoTracking()
            .SingleOrDefaultAsync(row => row.ProjectId == projectId && row.Key == key.Key, cancellationToken);
        return found is null || found.Fingerprint == key.Fingerprint ? found : throw new ApiFaultException(
            StatusCodes.Status422UnprocessableEntity,
            $"The {IdempotencyKey.Header} was used for a request with another body. Send the same body again, or this "
            + "one under a new key.");
    }

    /// <summary>Adds the key of a request that is taken on, to be saved with the record.</summary>
    public void Add(IdempotencyKey key, BackupEntity backup) => database.IdempotencyKeys.Add(new IdempotencyKeyEntity
    {
        ProjectId = backup.ProjectId,
        Key = key.Key,
        Fingerprint = key.Fingerprint,
        BackupId = backup.Id,
        BackupName = backup.Name,
        ExpiresAt = clock.GetUtcNow().UtcDateTime.AddHours(options.IdempotencyKeyHours),
    });
}
