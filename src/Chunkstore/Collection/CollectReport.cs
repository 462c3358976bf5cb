using BackupEngine.Chunkstore.Index.Merging;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>What a collection found and did; in a dry run, what it would do.</summary>
public sealed record CollectReport
{
    /// <summary>Backups whose data were kept.</summary>
    public required long Backups { get; init; }

    /// <summary>Packs that were there at the beginning.</summary>
    public required long Packs { get; init; }

    /// <summary>Their bytes.</summary>
    public required long PackBytes { get; init; }

    /// <summary>Bytes of them that are in use.</summary>
    public required long LiveBytes { get; init; }

    /// <summary>Packs that were deleted.</summary>
    public required long DeletedPacks { get; init; }

    /// <summary>Bytes that they took.</summary>
    public required long DeletedBytes { get; init; }

    /// <summary>Packs that were condemned and kept after all, because something relies on them.</summary>
    public required long RescuedPacks { get; init; }

    /// <summary>Records that were stored once more so that their packs could be deleted.</summary>
    public required long CopiedRecords { get; init; }

    /// <summary>Bytes that they take.</summary>
    public required long CopiedBytes { get; init; }

    /// <summary>Packs that would have been copied, but hold a damaged record; a verification names it.</summary>
    public required long DamagedPacks { get; init; }

    /// <summary>Sessions under way that were waited for.</summary>
    public required long WaitedForSessions { get; init; }

    /// <summary>Backups under way that did not answer and were ended.</summary>
    public required long FencedSessions { get; init; }

    /// <summary>Whether this was a dry run.</summary>
    public required bool DryRun { get; init; }

    /// <summary>What merging the index afterwards did; null in a dry run, or where it failed.</summary>
    public IndexMergeReport? IndexMerge { get; init; }

    /// <summary>What the operator should know, in words.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];

    /// <summary>The same with one more warning.</summary>
    internal CollectReport With(string warning) => this with { Warnings = [.. Warnings, warning] };
}
