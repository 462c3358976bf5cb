using System.Text.Json.Serialization;

namespace BackupEngine.Chunkstore.Verification;

/// <summary>What a fault is about.</summary>
public enum FaultKind
{
    /// <summary>A manifest that cannot be read: that backup cannot be restored.</summary>
    [JsonStringEnumMemberName("manifest")]
    Manifest,

    /// <summary>A tree node that cannot be read.</summary>
    [JsonStringEnumMemberName("node")]
    Node,

    /// <summary>A chunk that is nowhere in the index, or only in places that are damaged.</summary>
    [JsonStringEnumMemberName("chunk")]
    Chunk,

    /// <summary>An index segment that is damaged; <c>rebuild-index</c> makes it again.</summary>
    [JsonStringEnumMemberName("index")]
    Index,

    /// <summary>A pack that is missing, or damaged outside of its records.</summary>
    [JsonStringEnumMemberName("pack")]
    Pack,

    /// <summary>A record of a pack that is damaged.</summary>
    [JsonStringEnumMemberName("record")]
    Record,

    /// <summary>A list of damaged places or of proofs that cannot be read.</summary>
    [JsonStringEnumMemberName("note")]
    Note,
}
