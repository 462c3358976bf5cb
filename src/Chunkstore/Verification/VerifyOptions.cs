namespace BackupEngine.Chunkstore.Verification;

/// <summary>What a verification looks at.</summary>
public sealed record VerifyOptions
{
    /// <summary>How much is proven.</summary>
    public VerifyLevel Level { get; init; } = VerifyLevel.Structure;

    /// <summary>Only these backups and their packs; empty for the whole repository.</summary>
    public IReadOnlyList<BackupId> Backups { get; init; } = [];

    /// <summary>How many of the packs are read, 1 to 100; with less, those are chosen at random.</summary>
    public int Percent { get; init; } = 100;

    /// <summary>Packs whose last proof is the oldest come first, those never proven before all.</summary>
    public bool OldestFirst { get; init; }

    /// <summary>Bytes of packs that are read at most, though one pack at least; null for no bound.</summary>
    public long? BudgetBytes { get; init; }

    /// <summary>Packs that are read at the same time.</summary>
    public int Lanes { get; init; } = Math.Min(Environment.ProcessorCount, 16);
}
