namespace BackupEngine.Chunkstore.Sizing;

/// <summary>What merging all segments of an index holds at most.</summary>
internal static class MergeMemory
{
    private const int SegmentBytes = 512 * 1024;
    private const int PackBytes = 64;
    private const int EntriesPerByte = 64;

    /// <summary>In bytes, the open file of the merged segment included.</summary>
    public static long BytesFor(RepositoryScale scale) =>
        (SegmentBytes * (scale.Segments + 2L)) + (PackBytes * scale.Packs) + (scale.Chunks / EntriesPerByte);
}
