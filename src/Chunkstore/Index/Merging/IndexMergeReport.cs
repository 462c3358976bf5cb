namespace BackupEngine.Chunkstore.Index.Merging;

/// <summary>What merging did to the index. Its JSON (snake_case) is an interface; fields are only ever added.</summary>
public sealed record IndexMergeReport
{
    /// <summary>Segments before, as a number.</summary>
    public required int SegmentsBefore { get; init; }

    /// <summary>Segments after, as a number.</summary>
    public required int SegmentsAfter { get; init; }

    /// <summary>Merges that were made.</summary>
    public required int Merges { get; init; }

    /// <summary>Entries that were read and written again.</summary>
    public required long EntriesMerged { get; init; }

    /// <summary>What was left alone, and why, in words; empty where there was nothing of that kind.</summary>
    public required IReadOnlyList<string> Warnings { get; init; }
}
