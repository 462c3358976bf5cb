namespace BackupEngine.Chunkstore.Encryption;

/// <summary>
/// What each derived key is for: the contexts of BLAKE3's derive_key mode. Part of the format, the same for ever; no
/// two are alike, so no key is ever used for two things.
/// </summary>
internal static class KeyContexts
{
    /// <summary>From the master key: the id key, which is in the configuration where nothing is encrypted.</summary>
    public const string IdKey = "BackupEngine 2026 chunk store: id key";

    /// <summary>From the id key: ids of chunks of volumes.</summary>
    public const string Chunks = "BackupEngine 2026 chunk store: ids of data chunks";

    /// <summary>From the id key: ids of nodes; never the same as a chunk's, whatever the bytes.</summary>
    public const string Nodes = "BackupEngine 2026 chunk store: ids of tree nodes";

    /// <summary>From the id key: digests of manifests that are not encrypted.</summary>
    public const string Manifests = "BackupEngine 2026 chunk store: digests of manifests";

    /// <summary>From the master key and the number of an epoch: the data key of that epoch.</summary>
    public const string DataKey = "BackupEngine 2026 chunk store: data key of an epoch";

    /// <summary>From the master key: digests of key epochs.</summary>
    public const string Epochs = "BackupEngine 2026 chunk store: digests of key epochs";

    /// <summary>From a data key, the repository id and a pack id: the key of that pack.</summary>
    public const string Pack = "BackupEngine 2026 chunk store: key of a pack";

    /// <summary>From a data key, the repository id and a salt: the key of one sealed file.</summary>
    public const string SealedFile = "BackupEngine 2026 chunk store: key of a sealed file";

    /// <summary>From the salt of a slot and a key file: the key that wraps the master key.</summary>
    public const string KeyFile = "BackupEngine 2026 chunk store: key file of a slot";
}
