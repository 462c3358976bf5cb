namespace BackupEngine.Chunkstore.Verification;

/// <summary>What a fault is about.</summary>
public enum FaultKind
{
    /// <summary>A manifest that cannot be read: that backup cannot be restored.</summary>
    Manifest,

    /// <summary>A tree node that cannot be read.</summary>
    Node,

    /// <summary>A chunk that is nowhere in the index, or only in places that are damaged.</summary>
    Chunk,

    /// <summary>An index segment that is damaged; <c>rebuild-index</c> makes it again.</summary>
    Index,

    /// <summary>A pack that is missing, or damaged outside of its records.</summary>
    Pack,

    /// <summary>A record of a pack that is damaged.</summary>
    Record,

    /// <summary>A list of damaged places or of proofs that cannot be read.</summary>
    Note,
}
