using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Repositories;
using BackupEngine.Chunkstore.Stages;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Restore;

/// <summary>What the planner and the workers of a restore share.</summary>
internal sealed record RestoreContext
{
    /// <summary>How the volume is cut.</summary>
    public required TreeShape Shape { get; init; }

    /// <summary>The tree of the backup.</summary>
    public required ManifestTreeReader Tree { get; init; }

    /// <summary>Reads chunks.</summary>
    public required ChunkReader Chunks { get; init; }

    /// <summary>Names chunks.</summary>
    public required ChunkHasher Hasher { get; init; }

    /// <summary>Writes to it, and counts.</summary>
    public required TargetWriter Writer { get; init; }

    /// <summary>Sizes of buffers and plans.</summary>
    public required RestoreSizes Sizes { get; init; }

    /// <summary>What the job has of the worker slots; null where nobody shares the cores.</summary>
    public SlotShare? Slots { get; init; }

    /// <summary>What cannot be restored; null where the first such place ends the restore.</summary>
    public HarmedRanges? Harmed { get; init; }

    /// <summary>Up to where on the volume the target is read and compared before anything is written.</summary>
    public required long CompareBelowBytes { get; init; }

    /// <summary>Where the time went.</summary>
    public StageTotals Stages { get; } = new();

    /// <summary>Told how far the restore may have changed the target.</summary>
    public ResumeFile? Resume { get; init; }

    /// <summary>The extent of some chunks, cut at the end of the volume.</summary>
    public Extent ExtentOf(long firstChunk, long count)
    {
        var offsetBytes = firstChunk * Shape.ChunkSizeBytes;
        var endBytes = Math.Min((firstChunk + count) * Shape.ChunkSizeBytes, Shape.VolumeBytes);
        return new Extent(offsetBytes, endBytes - offsetBytes);
    }

    /// <summary>Whether what the target holds there is compared before anything is written.</summary>
    public bool Compares(long offsetBytes) => offsetBytes < CompareBelowBytes;

    /// <summary>A chunk cannot be restored; only where that does not end the restore.</summary>
    public void AddHarmed(long chunk, RepositoryException cause) => Harmed!.Add(ExtentOf(chunk, 1), cause);
}
