using BackupEngine.ControlPlane.Api.Answers;
using BackupEngine.ControlPlane.Api.Faults;
using BackupEngine.ControlPlane.Api.Listing;
using BackupEngine.ControlPlane.Api.Pipeline;
using BackupEngine.ControlPlane.Authentication.Policies;
using BackupEngine.ControlPlane.Database;
using BackupEngine.ControlPlane.Database.Entities;
using Microsoft.EntityFrameworkCore;

namespace BackupEngine.ControlPlane.Api.Metadata;

/// <summary>
/// Reads and changes metadata. A change is written only over what it was made from: of changes at the same moment none
/// is lost.
/// </summary>
internal sealed class MetadataStore<T>(EngineDatabase database, ListResource<T> resource, string kind)
    where T : class, IMetadataRecord
{
    private const int Attempts = 100;

    /// <summary>All of a record.</summary>
    public async Task<Dictionary<string, string>> ReadAsync(
        ApiRequest request, string id, PolicyRule rule, CancellationToken cancellationToken) =>
        MetadataText.Read((await FindAsync(request, id, rule, cancellationToken)).MetadataJson);

    /// <summary>One item; 404 where there is none of that key.</summary>
    public async Task<Dictionary<string, string>> ReadAsync(
        ApiRequest request, string id, string key, PolicyRule rule, CancellationToken cancellationToken)
    {
        var metadata = await ReadAsync(request, id, rule, cancellationToken);
        return metadata.TryGetValue(key, out var value)
            ? new Dictionary<string, string> { [key] = value }
            : throw NoSuchKey(id, key);
    }

    /// <summary>Changes the metadata and answers with all of it.</summary>
    public async Task<Dictionary<string, string>> ChangeAsync(
        ApiRequest request,
        string id,
        PolicyRule rule,
        Func<Dictionary<string, string>, Dictionary<string, string>> change,
        CancellationToken cancellationToken)
    {
        for (var attempt = 0; attempt < Attempts; attempt++)
        {
            var record = await FindAsync(request, id, rule, cancellationToken);
            var changed = change(MetadataText.Read(record.MetadataJson));
            var (before, after) = (record.MetadataJson, MetadataText.Write(changed));
            var written = await database.Set<T>()
                .Where(row => row.Id == record.Id && row.DeletedAt == null && row.MetadataJson == before)
                .ExecuteUpdateAsync(set => set.SetProperty(row => row.MetadataJson, after), cancellationToken);
            if (written > 0)
                return changed;
        }

        throw Fault.BadRequest("The metadata change all the time. Try again.");
    }

    /// <summary>Removes one item; 404 where there is none of that key.</summary>
    public Task RemoveAsync(
        ApiRequest request, string id, string key, PolicyRule rule, CancellationToken cancellationToken) => ChangeAsync(
            request, id, rule, present => present.Remove(key) ? present : throw NoSuchKey(id, key), cancellationToken);

    private async Task<T> FindAsync(
        ApiRequest request, string id, PolicyRule rule, CancellationToken cancellationToken)
    {
        var found = Guid.TryParse(id, out var guid)
            ? await database.Set<T>().AsNoTracking().InScopeOf(request.Caller)
                .SingleOrDefaultAsync(row => row.Id == guid, cancellationToken) ?? throw resource.NotFound(id)
            : throw resource.NotFound(id);
        request.Require(rule, found);
        return found;
    }

    private ApiFaultException NoSuchKey(string id, string key) => new(
        StatusCodes.Status404NotFound, $"{kind} {id} has no metadata with key {key}.");
}
