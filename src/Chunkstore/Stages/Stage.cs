namespace BackupEngine.Chunkstore.Stages;

/// <summary>
/// What a thread of a backup or a restore can be at. Names are an interface: they are only ever added.
/// </summary>
public enum Stage
{
    /// <summary>Readers read the volume's device, or waited for the rate limit.</summary>
    Read,

    /// <summary>Readers waited because all buffers were full: the workers are slower than the device.</summary>
    WaitForRoom,

    /// <summary>Workers waited for data: the device is slower than they are.</summary>
    WaitForData,

    /// <summary>Workers looked for zeros.</summary>
    ZeroScan,

    /// <summary>Workers named chunks (BLAKE3).</summary>
    Hash,

    /// <summary>Workers compared ids with the parent's at the same offset.</summary>
    Compare,

    /// <summary>Workers looked ids up among what the session stored and in the index.</summary>
    Lookup,

    /// <summary>Workers compressed new chunks, and made their records and checksums.</summary>
    Compress,

    /// <summary>Workers encrypted records.</summary>
    Encrypt,

    /// <summary>Workers copied records into the buffers of packs.</summary>
    Append,

    /// <summary>Workers waited for a checkpoint, or for a buffer of a pack: the repository's disk is slower.</summary>
    WaitForPacks,

    /// <summary>Digests of packs were computed.</summary>
    PackDigest,

    /// <summary>Packs were written.</summary>
    PackWrite,

    /// <summary>Packs were made durable, with their directories.</summary>
    PackFlush,

    /// <summary>Leaves of the tree were read or written.</summary>
    Tree,

    /// <summary>The tree, the index and the manifest were completed and made durable at the end.</summary>
    Commit,

    /// <summary>Packs were read.</summary>
    PackRead,

    /// <summary>Records were decrypted.</summary>
    Decrypt,

    /// <summary>Records were decompressed.</summary>
    Decompress,

    /// <summary>Chunks were checked against their ids.</summary>
    Verify,

    /// <summary>The target was read, to write only what differs.</summary>
    TargetRead,

    /// <summary>The target was written.</summary>
    TargetWrite,

    /// <summary>Ranges of the target were zeroed or discarded.</summary>
    Zeroing,

    /// <summary>The target was made durable.</summary>
    TargetFlush,

    /// <summary>Workers waited for something to do.</summary>
    WaitForWork,
}
