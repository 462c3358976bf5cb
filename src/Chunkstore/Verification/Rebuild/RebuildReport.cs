namespace BackupEngine.Chunkstore.Verification.Rebuild;

/// <summary>What became of the index.</summary>
public sealed record RebuildReport
{
    /// <summary>Segments that are good and stayed, as a number.</summary>
    public required long GoodSegments { get; init; }

    /// <summary>Damaged segments, now under a name that is no segment's.</summary>
    public required IReadOnlyList<string> SetAside { get; init; }

    /// <summary>Segments that were written, as a number.</summary>
    public required long NewSegments { get; init; }

    /// <summary>Packs that they name, as a number.</summary>
    public required long Packs { get; init; }

    /// <summary>Of these, packs whose directory is damaged, so that their records were looked for.</summary>
    public required long ScannedPacks { get; init; }

    /// <summary>Records of these packs, as a number.</summary>
    public required long Records { get; init; }

    /// <summary>Packs that no segment names and that a running session may own: left alone, as a number.</summary>
    public required long LeftAlone { get; init; }

    /// <summary>What could not be done, and why.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
