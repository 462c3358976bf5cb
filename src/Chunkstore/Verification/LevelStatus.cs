using BackupEngine.Chunkstore.Verification.Proofs;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>What of the packs was proven, and when.</summary>
public sealed record LevelStatus
{
    /// <summary>Packs that the index names, as a number.</summary>
    public required long Packs { get; init; }

    /// <summary>Their bytes.</summary>
    public required long Bytes { get; init; }

    /// <summary>Packs that were never proven, as a number.</summary>
    public required long NeverProvenPacks { get; init; }

    /// <summary>Their bytes.</summary>
    public required long NeverProvenBytes { get; init; }

    /// <summary>When the pack was proven whose proof is the oldest, UTC; null where none was ever.</summary>
    public required DateTimeOffset? OldestProof { get; init; }

    /// <summary>When a pack was proven last, UTC; null where none was ever.</summary>
    public required DateTimeOffset? LatestProof { get; init; }

    internal static LevelStatus Of(
        RepositorySnapshot snapshot, ProofCatalog proofs, KnownDamage damage, VerifyLevel level)
    {
        // What was proven before it was damaged is proven no more.
        var damaged = damage.Packs.Select(pack => pack.Pack)
            .Concat(damage.Records.Select(record => record.Pack)).ToHashSet();
        var packs = snapshot.Indexed
            .Select(pack => (
                Bytes: snapshot.Packs[pack],
                Ticks: damaged.Contains(pack) ? 0 : proofs.Of(pack).TicksOf(level)))
            .ToArray();
        var never = packs.Where(pack => pack.Ticks == 0).ToArray();
        var proven = packs.Where(pack => pack.Ticks > 0).Select(pack => pack.Ticks).ToArray();
        return new LevelStatus
        {
            Packs = packs.Length,
            Bytes = packs.Sum(pack => pack.Bytes),
            NeverProvenPacks = never.Length,
            NeverProvenBytes = never.Sum(pack => pack.Bytes),
            OldestProof = proven.Length == 0 ? null : new DateTimeOffset(proven.Min(), TimeSpan.Zero),
            LatestProof = proven.Length == 0 ? null : new DateTimeOffset(proven.Max(), TimeSpan.Zero),
        };
    }
}
