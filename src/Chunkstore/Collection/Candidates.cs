using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>The packs that could go.</summary>
internal sealed class Candidates
{
    /// <param name="marks">What is in use.</param>
    /// <param name="thresholdPercent">Packs of which less than this share is in use are copied forward.</param>
    public Candidates(Marks marks, int thresholdPercent)
    {
        var used = marks.Marker.Liveness.Packs.OrderBy(pack => pack.Key.Value).ToList();
        Dead = [.. used.Where(pack => pack.Value.IsDead).Select(pack => pack.Key), .. marks.Orphans];
        Sparse =
        [
            .. used.Where(pack => !pack.Value.IsDead
                    && pack.Value.LiveBytes * 100 < pack.Value.LengthBytes * thresholdPercent)
                .Select(pack => pack.Key),
        ];
    }

    /// <summary>Packs of which nothing is in use, and packs that no segment names.</summary>
    public IReadOnlyList<PackId> Dead { get; }

    /// <summary>Packs of which little is in use.</summary>
    public IReadOnlyList<PackId> Sparse { get; }
}
