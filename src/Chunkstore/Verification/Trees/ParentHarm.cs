using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Verification.Trees;

/// <summary>What of a parent a backup on top of it cannot rely on.</summary>
/// <param name="Ranges">Ranges of the parent's volume whose chunks are lost, or in packs that are damaged in part, in
/// order.</param>
/// <param name="IsTreeDamaged">Whether nodes of its tree cannot be read: nothing can be built on it.</param>
public sealed record ParentHarm(IReadOnlyList<Extent> Ranges, bool IsTreeDamaged)
{
    private const int Lanes = 4;

    /// <summary>A parent that is whole.</summary>
    public static ParentHarm None { get; } = new([], IsTreeDamaged: false);

    internal static async Task<ParentHarm> FindAsync(
        ManifestTreeReader parent, SessionContext context, CancellationToken cancellationToken)
    {
        var packs = RepositorySnapshot.ListPacks(context.Backend);
        var judge = new PlaceJudge(context.Catalog.View, packs, context.Damage, acceptsAvoided: false);
        var walk = new TreeWalk(judge, Lanes);
        var ranges = await walk.RunAsync(parent, cancellationToken);
        return new ParentHarm(ranges, walk.TakeFaults().Values.Any(reason => reason.Length > 0));
    }
}
