using BackupEngine.Chunkstore.Index.Merging;

namespace BackupEngine.DataPlane.Backup;

/// <summary>What a backup did. Its JSON (snake_case) is an interface; fields are only ever added.</summary>
public sealed record BackupResult
{
    /// <summary>The backup that was published.</summary>
    public required string BackupId { get; init; }

    /// <summary>Size of the volume in bytes.</summary>
    public required long VolumeBytes { get; init; }

    /// <summary>Read from the source device, all that was read to compare included.</summary>
    public required long BytesRead { get; init; }

    /// <summary>Of the chunks that were read for the backup: bytes of those that are all zeros.</summary>
    public required long ZeroBytes { get; init; }

    /// <summary>
    /// Of what was read: bytes that the source was not asked for, because it had said that they are zeros.
    /// </summary>
    public long KnownZeroBytes { get; init; }

    /// <summary>
    /// To be read, and not read, because an interrupted run of this backup had finished it; counted nowhere else.
    /// </summary>
    public long ResumedBytes { get; init; }

    /// <summary>Read of that all the same, to compare it with the source.</summary>
    public long ResumeCheckBytes { get; init; }

    /// <summary>Time that this took.</summary>
    public double ResumeCheckSeconds { get; init; }

    /// <summary>
    /// Bytes of the chunks that are the parent's at the same offset, read or not; 0 without a parent.
    /// </summary>
    public required long BytesUnchanged { get; init; }

    /// <summary>Chunks that the repository did not hold before, as a number.</summary>
    public required long ChunksNew { get; init; }

    /// <summary>Plain bytes of those chunks.</summary>
    public required long BytesNew { get; init; }

    /// <summary>What those chunks occupy in the repository.</summary>
    public required long BytesStored { get; init; }

    /// <summary>Metadata written for this backup, in bytes.</summary>
    public required long MetadataBytes { get; init; }

    /// <summary>Time from start to publication.</summary>
    public required double Seconds { get; init; }

    /// <summary>CPU time of the process; while several jobs ran at once, this job's equal share of it.</summary>
    public required double CpuSeconds { get; init; }

    /// <summary>Whether the device was read past the page cache.</summary>
    public required bool DirectIo { get; init; }

    /// <summary>What carried out the reads: <c>threads</c> or <c>io_uring</c>.</summary>
    public required string IoEngine { get; init; }

    /// <summary>Reads that a lane had in flight at once: as given, or what it came to.</summary>
    public required int QueueDepth { get; init; }

    /// <summary>The volume that was read.</summary>
    public required string VolumeId { get; init; }

    /// <summary>The backup that this one builds on; null for a full one.</summary>
    public string? ParentId { get; init; }

    /// <summary>What became of the changed blocks.</summary>
    public required ChangedBlocksUse ChangedBlocks { get; init; }

    /// <summary>Chunks said to be unchanged that were read and compared, as a number.</summary>
    public long SpotCheckedChunks { get; init; }

    /// <summary>Read for the spot check.</summary>
    public long SpotCheckBytes { get; init; }

    /// <summary>Time that the spot check took.</summary>
    public double SpotCheckSeconds { get; init; }

    /// <summary>
    /// Read for the rolling re-read: the part of the unchanged area that was this incremental's to prove.
    /// </summary>
    public long RereadBytes { get; init; }

    /// <summary>Time that the re-read took.</summary>
    public double RereadSeconds { get; init; }

    /// <summary>Where in the volume the next incremental goes on to re-read, in bytes.</summary>
    public long RereadPositionBytes { get; init; }

    /// <summary>
    /// Why everything was read although only what changed was to be; null where that is not so.
    /// </summary>
    public FullReadReason? FullRead { get; init; }

    /// <summary>Most bytes that the lanes' buffers may hold.</summary>
    public required long BufferBytes { get; init; }

    /// <summary>Where the lanes' time went.</summary>
    public required StageTimes Stages { get; init; }

    /// <summary>What became of the index after the backup; null where merging failed, which a warning tells.</summary>
    public IndexMergeReport? IndexMerge { get; init; }

    /// <summary>Fallbacks taken, in words; empty when there were none.</summary>
    public IReadOnlyList<string> Warnings { get; init; } = [];
}
