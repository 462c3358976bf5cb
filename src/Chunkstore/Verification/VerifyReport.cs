namespace BackupEngine.Chunkstore.Verification;

/// <summary>What a verification found.</summary>
public sealed record VerifyReport
{
    /// <summary>How much was to be proven.</summary>
    public required VerifyLevel Level { get; init; }

    /// <summary>Whether nothing is wrong that harms a backup or was not known before.</summary>
    public required bool Clean { get; init; }

    /// <summary>Backups whose trees were walked, as a number.</summary>
    public required long Backups { get; init; }

    /// <summary>Index segments that were read, as a number.</summary>
    public required long IndexSegments { get; init; }

    /// <summary>Packs in the repository, as a number.</summary>
    public required long Packs { get; init; }

    /// <summary>Packs that were read, as a number.</summary>
    public required long PacksRead { get; init; }

    /// <summary>Bytes of the packs that were read.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Records of those packs that were looked at, as a number.</summary>
    public required long RecordsChecked { get; init; }

    /// <summary>Of these, damaged ones, as a number.</summary>
    public required long RecordsBad { get; init; }

    /// <summary>Packs that no index segment names: of a backup that is running or has failed.</summary>
    public required long UnindexedPacks { get; init; }

    /// <summary>Damaged records that nobody relies on now, as a number; those of whole packs not among them.</summary>
    public required long QuarantinedRecords { get; init; }

    /// <summary>Packs that nobody relies on now, as a number.</summary>
    public required long QuarantinedPacks { get; init; }

    /// <summary>What is wrong.</summary>
    public required IReadOnlyList<VerifyFault> Faults { get; init; }

    /// <summary>Damage that was known and that no backup depends on any more.</summary>
    public required IReadOnlyList<VerifyFault> Superseded { get; init; }

    /// <summary>Backups of which a part is lost, with the ranges of the volume.</summary>
    public required IReadOnlyList<HarmedBackup> Harmed { get; init; }

    /// <summary>What was not looked at, and why.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
