using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Encryption;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>What a stream of packs needs to know.</summary>
internal sealed record PackStreamOptions
{
    public required Guid RepositoryId { get; init; }

    /// <summary>What records are encrypted under; null where they are not.</summary>
    public required DataKeys? DataKeys { get; init; }

    public required PackType Type { get; init; }

    /// <summary>Size at which a pack is closed, in bytes; a single record may be larger.</summary>
    public required int PackSizeBytes { get; init; }

    /// <summary>Size of one write, in bytes.</summary>
    public required int BufferBytes { get; init; }

    /// <summary>Buffers at most; together at least one byte larger than the largest record and a pack header.</summary>
    public required int BufferCount { get; init; }

    /// <summary>Names for packs.</summary>
    public required SortableId Ids { get; init; }

    /// <summary>Numbers for packs, unique in the session.</summary>
    public required Func<uint> NextPackNumber { get; init; }

    /// <summary>Where the time for its packs is counted; null for nowhere.</summary>
    public StageTotals? Stages { get; init; }

    /// <summary>Begins a file.</summary>
    public required Func<ObjectName, IObjectWriter> Create { get; init; }
}
