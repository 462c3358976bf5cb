namespace BackupEngine.Chunkstore.Verification;

/// <summary>How much a verification proves; each level proves what the one before does, and more.</summary>
public enum VerifyLevel
{
    /// <summary>
    /// Manifests, trees, index: every chunk of every backup has a place in a pack that is there. No pack is read,
    /// except for tree nodes.
    /// </summary>
    Structure,

    /// <summary>Every byte of the packs, by checksum and digest. Needs no key.</summary>
    Packs,

    /// <summary>Every chunk is decrypted and decompressed, and has the hash that is its id.</summary>
    Data,
}
