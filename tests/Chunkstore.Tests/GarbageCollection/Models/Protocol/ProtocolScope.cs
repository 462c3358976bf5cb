namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Models.Protocol;

/// <summary>How much of the world a search holds.</summary>
internal sealed record ProtocolScope
{
    public const int MaximumWriters = 3;
    public const int MaximumCollectors = 2;
    public const int MaximumReaders = 1;

    public int Writers { get; init; } = 2;

    public int Collectors { get; init; } = 1;

    public int Readers { get; init; }

    /// <summary>A merger of index segments that may be slow.</summary>
    public int Mergers { get; init; }

    /// <summary>Whether the index is made again, once.</summary>
    public bool Rebuilds { get; init; }

    /// <summary>Whether sessions are ended at any time, by whomever.</summary>
    public bool Fences { get; init; }

    public int Generations { get; init; } = 1;

    /// <summary>Whether there is nothing at the beginning, the content neither.</summary>
    public bool StartsEmpty { get; init; }

    /// <summary>Whether a backup is there at the beginning; its content is in any case.</summary>
    public bool HasBackup { get; init; }

    /// <summary>Whether collectors copy live records forward.</summary>
    public bool Copies { get; init; }

    /// <summary>
    /// Whether the first mark is honest. Otherwise any packs are condemned, live ones as well: safety must not depend
    /// on the first mark.
    /// </summary>
    public bool MarksFirst { get; init; }

    /// <summary>Whether a writer may store a chunk that is known, as if it were another one.</summary>
    public bool StoresKnown { get; init; }

    public ProtocolRule Rules { get; init; } = ProtocolRule.All;

    public bool Has(ProtocolRule rule) => (Rules & rule) == rule;

    public ProtocolScope Without(ProtocolRule rule) => this with { Rules = Rules & ~rule };
}
