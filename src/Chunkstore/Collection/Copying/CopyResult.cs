using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Collection.Copying;

/// <summary>What was copied out of packs.</summary>
internal sealed record CopyResult
{
    /// <summary>Packs of which every live record is stored a second time.</summary>
    public required IReadOnlySet<PackId> Copied { get; init; }

    /// <summary>Packs that stay as they are, with what is wrong in them.</summary>
    public required IReadOnlyDictionary<PackId, string> Kept { get; init; }

    /// <summary>Records that were stored again.</summary>
    public required long Records { get; init; }

    /// <summary>Bytes that they take in their new packs.</summary>
    public required long Bytes { get; init; }
}
