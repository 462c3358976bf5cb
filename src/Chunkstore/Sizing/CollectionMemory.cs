using BackupEngine.Chunkstore.Sessions;
using BackupEngine.Chunkstore.Verification.Packs;

namespace BackupEngine.Chunkstore.Sizing;

/// <summary>What a collection holds at most. docs/data-path.md has the formula.</summary>
/// <param name="Scale">The repository.</param>
/// <param name="CopyRecords">Records that are put in order at once, to be copied.</param>
public sealed record CollectionMemory(RepositoryScale Scale, int CopyRecords)
{
    /// <summary>The fewest records at once: those of one pack.</summary>
    public const int FewestCopyRecords = PackDirectory.MaximumRecords;

    /// <summary>Two marks may exist at once, each with two bits for an entry.</summary>
    private const int EntriesPerByte = 2;

    /// <summary>Names, uses and lines of a pack in the tables of two marks, while these grow.</summary>
    private const int PackBytes = 1024;

    /// <summary>A record in a group, again where the group has just grown, and once more in its order.</summary>
    private const int RecordBytes = 256;

    /// <summary>In bytes.</summary>
    public long Bytes => BackupWriter.PackBufferBytes
        + NewChunkMemory.BytesFor(Records)
        + (Records * RecordBytes)
        + (Scale.Chunks / EntriesPerByte)
        + (Scale.Packs * PackBytes)
        + MergeMemory.BytesFor(Scale)
        + TreeMemory.CacheBytes
        + (4L * Scale.ChunkSizeBytes);

    /// <summary>The least that a collection can do with.</summary>
    public CollectionMemory Least => this with { CopyRecords = Math.Min(CopyRecords, FewestCopyRecords) };

    private long Records => Math.Min(CopyRecords, Scale.Chunks);

    /// <summary>The same within a bound: fewer records at once.</summary>
    /// <exception cref="InvalidOperationException">Not even the fewest fit.</exception>
    public CollectionMemory Within(long bytes)
    {
        var fitting = this;
        while (fitting.Bytes > bytes)
        {
            fitting = fitting.CopyRecords > FewestCopyRecords
                ? fitting with { CopyRecords = Math.Max(FewestCopyRecords, fitting.CopyRecords / 2) }
                : throw new InvalidOperationException($"{bytes} bytes are too few for a collection.");
        }

        return fitting;
    }
}
