namespace BackupEngine.Chunkstore.Verification;

/// <summary>What was proven when.</summary>
public sealed record VerifyStatus
{
    /// <summary>Every byte, by checksum and digest.</summary>
    public required LevelStatus Packs { get; init; }

    /// <summary>Every chunk, by its id.</summary>
    public required LevelStatus Data { get; init; }

    /// <summary>Damaged records that nobody relies on, as a number.</summary>
    public required long QuarantinedRecords { get; init; }

    /// <summary>Packs that nobody relies on, as a number.</summary>
    public required long QuarantinedPacks { get; init; }

    /// <summary>Backups of which a part is lost.</summary>
    public required IReadOnlyList<HarmedBackup> Harmed { get; init; }
}
