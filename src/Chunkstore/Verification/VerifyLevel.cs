using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>How much a verification proves; each level proves what the one before does, and more.</summary>
public enum VerifyLevel
{
    /// <summary>
    /// Manifests, trees, index: every chunk of every backup has a place in a pack that is there. No pack is read,
    /// except for tree nodes.
    /// </summary>
    [JsonStringEnumMemberName("structure")]
    Structure,

    /// <summary>Every byte of the packs, by checksum and digest. Needs no key.</summary>
    [JsonStringEnumMemberName("packs")]
    Packs,

    /// <summary>Every chunk is decrypted and decompressed, and has the hash that is its id.</summary>
    [JsonStringEnumMemberName("data")]
    Data,
}
