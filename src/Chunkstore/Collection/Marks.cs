using BackupEngine.Chunkstore.Collection.Marking;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Verification;
using BackupEngine.Chunkstore.Verification.Rebuild;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>What was found to be in use at one moment.</summary>
/// <param name="Roots">What it was found from.</param>
/// <param name="Packs">The packs that were there, with their lengths in bytes.</param>
/// <param name="Marker">What was found.</param>
/// <param name="Orphans">Packs that no segment names, and that no session can be about to name.</param>
/// <param name="TakenBack">
/// Sessions that take their packs back, and have none any more that no segment names.
/// </param>
internal sealed record Marks(
    Roots Roots,
    IReadOnlyDictionary<PackId, long> Packs,
    Marker Marker,
    IReadOnlyList<PackId> Orphans,
    IReadOnlyList<SessionId> TakenBack)
{
    /// <summary>Others may delete packs and move chunks meanwhile; then it is looked again.</summary>
    private const int MaximumTries = 3;

    /// <summary>Lists roots, then the index, then packs, and marks.</summary>
    /// <param name="parts">The repository.</param>
    /// <param name="condemned">Packs of an open generation.</param>
    /// <param name="generation">The generation whose answers count; 0 = none.</param>
    /// <param name="onMarked">Told after each tree: how many are done, and how many there are.</param>
    /// <param name="cancellationToken">Ends the walk.</param>
    /// <exception cref="CorruptDataException">Something that a backup needs is nowhere.</exception>
    public static async Task<Marks> TakeAsync(
        SessionParts parts,
        IReadOnlySet<PackId> condemned,
        long generation,
        Action<long, long>? onMarked,
        CancellationToken cancellationToken)
    {
        for (var tries = 1; ; tries++)
        {
            try
            {
                return await TakeOnceAsync(parts, condemned, generation, onMarked, cancellationToken);
            }
            catch (CorruptDataException) when (tries < MaximumTries)
            {
                // A segment or a pack that went while it was looked at has a successor by now.
            }
        }
    }

    /// <remarks>
    /// The order of listings: what a root needs was in the index before the root could be seen, and its pack was there
    /// before the index named it.
    /// </remarks>
    private static async Task<Marks> TakeOnceAsync(
        SessionParts parts,
        IReadOnlySet<PackId> condemned,
        long generation,
        Action<long, long>? onMarked,
        CancellationToken cancellationToken)
    {
        var before = RepositorySnapshot.ListPacks(parts.Backend);
        var sessions = parts.Sessions.ListAll().ToLookup(session => session.IsTakingBack, session => session.Id);
        var (owned, leaving) = (new UnnamedPacks(sessions[false]), new UnnamedPacks(sessions[true]));
        var roots = Roots.List(parts, generation);
        parts.Catalog.RefreshSurely();
        if (parts.Catalog.Damage is { } damage)
        {
            throw new RepositoryException(
                $"A segment of the index cannot be read, so what is in use cannot be told: {damage.Message} "
                + "Nothing was deleted.", damage);
        }

        var view = parts.Catalog.View;
        var packs = RepositorySnapshot.ListPacks(parts.Backend);
        var marker = new Marker(new MarkerParts
        {
            View = view,
            Packs = packs,
            Condemned = condemned,
            Damage = QuarantineCatalog.Require(parts.Backend, parts.RepositoryId).ToExclusions(),
            Nodes = new RepositoryNodeStore(parts.Chunks),
            ChunkSizeBytes = parts.ChunkSizeBytes,
            OnMarked = onMarked,
        });
        await marker.MarkAsync(roots.Trees, cancellationToken);
        await CheckpointRoots.MarkAsync(parts, marker, cancellationToken);
        var unnamed = marker.Liveness.Orphans.Keys.ToList();
        var orphans = unnamed.Where(pack => before.ContainsKey(pack) && !owned.MayBeOwned(pack)).ToList();
        RequireIndexed(roots, marker, orphans, leaving);
        var takenBack = sessions[true].Where(session => !unnamed.Exists(new UnnamedPacks([session]).MayBeOwned));
        return new Marks(roots, packs, marker, orphans, [.. takenBack]);
    }

    /// <summary>
    /// What a harmed backup misses may be in a pack that no segment names; and what is below a node that is missed is
    /// not known before the node is found. Packs that may be of a session which takes them back are no reason to make
    /// the index again, because it would leave them out; they are left alone here as well then.
    /// </summary>
    private static void RequireIndexed(Roots roots, Marker marker, List<PackId> orphans, UnnamedPacks leaving)
    {
        if (!roots.Harmed.Any(marker.Incomplete.Contains))
        {
            return;
        }

        orphans.RemoveAll(leaving.MayBeOwned);
        if (orphans.Count > 0)
        {
            throw new RepositoryException(
                $"Backups that verification has found harmed miss something, and {orphans.Count} packs are in no index "
                + "segment: these may hold it. Nothing was deleted. Run 'rebuild-index' and 'verify', then collect "
                + "again; or delete the harmed backups.");
        }
    }

    /// <summary>Whether a root needs something of a pack, or a session relies on it.</summary>
    public bool IsNeeded(PackId pack) => Roots.Vetoes.Contains(pack)
        || (Marker.Liveness.Packs.TryGetValue(pack, out var use) && !use.IsDead);
}
