using System.Runtime.CompilerServices;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Verification;
using BackupEngine.Chunkstore.Verification.Packs;
using BackupEngine.Chunkstore.Verification.Trees;

namespace BackupEngine.Chunkstore.Sizing;

/// <summary>
/// What a verification of an undamaged repository holds at most; what is damaged is noted beside it. docs/data-path.md
/// has the formula.
/// </summary>
/// <param name="Scale">The repository.</param>
/// <param name="Level">How much is proven.</param>
/// <param name="Lanes">Packs that are read at the same time.</param>
public sealed record VerificationMemory(RepositoryScale Scale, VerifyLevel Level, int Lanes)
{
    /// <summary>A pack in the listing, in the tables of two snapshots, among those needed, and among proofs.</summary>
    private const int PackBytes = 1536;

    /// <summary>A subtree found whole, in a set that has just grown.</summary>
    private const int NodeBytes = 128;

    /// <summary>In bytes.</summary>
    public long Bytes => TreeMemory.CacheBytes
        + (NodeBytes * Math.Min(TreeWalk.MaximumRemembered, Scale.Nodes))
        + (PackBytes * Scale.Packs)
        + (Lanes * LaneBytes);

    /// <summary>With one pack at a time.</summary>
    public VerificationMemory Least => this with { Lanes = 1 };

    /// <summary>A window on the pack, its directory as it is and as it was read; for data, chunks.</summary>
    private long LaneBytes => Level == VerifyLevel.Structure ? 0
        : PackCheck.WindowBytes
        + (PackDirectory.MaximumRecords * (PackEntry.SizeBytes + (2L * Unsafe.SizeOf<PackEntry>())))
        + (Level == VerifyLevel.Data ? 4L * Scale.ChunkSizeBytes : 0);

    /// <summary>The same within a bound: fewer packs at once.</summary>
    /// <exception cref="InvalidOperationException">Not even one fits.</exception>
    public VerificationMemory Within(long bytes)
    {
        var fitting = this;
        while (fitting.Bytes > bytes)
        {
            fitting = fitting.Lanes > 1
                ? fitting with { Lanes = fitting.Lanes - 1 }
                : throw new InvalidOperationException($"{bytes} bytes are too few for a verification.");
        }

        return fitting;
    }
}
