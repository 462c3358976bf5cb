using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>Says what a collection would do. Writes nothing, so it works on a read-only repository as well.</summary>
internal static class DryCollection
{
    public static async Task<CollectReport> RunAsync(
        SessionParts parts,
        CollectOptions options,
        IProgress<CollectProgress>? progress,
        CancellationToken cancellationToken)
    {
        var newest = parts.Generations.FindNewest();
        IReadOnlySet<PackId> condemned = newest.IsOpen ? newest.Packs : new HashSet<PackId>();
        var generation = newest.IsOpen ? newest.Number : 0;
        var marks = await Marks.TakeAsync(
            parts,
            condemned,
            generation,
            (done, total) => progress?.Report(new CollectProgress(CollectPhase.Marking, done, total)),
            cancellationToken);
        var candidates = new Candidates(marks, options.ThresholdPercent);
        var going = candidates.Dead.Concat(candidates.Sparse).ToHashSet();
        var uses = candidates.Sparse.Select(pack => marks.Marker.Liveness.Packs[pack]).ToList();
        return CollectTotals.Empty(marks) with
        {
            DeletedPacks = going.Count,
            DeletedBytes = going.Sum(pack => marks.Packs[pack]),
            CopiedRecords = uses.Sum(use => use.LiveRecords),
            CopiedBytes = uses.Sum(use => use.LiveBytes),
            DryRun = true,
        };
    }
}
