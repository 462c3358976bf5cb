using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Sessions;

/// <summary>A session as others see it.</summary>
public sealed record SessionInfo
{
    /// <summary>The session.</summary>
    public required SessionId Id { get; init; }

    /// <summary>What it does; empty where its record cannot be read.</summary>
    public string Kind { get; init; } = "";

    /// <summary>What it works on: the id of the backup; empty where its record cannot be read.</summary>
    public string Subject { get; init; } = "";

    /// <summary>When it began, by the clock of its host; null where its record cannot be read.</summary>
    public DateTimeOffset? StartedAt { get; init; }

    /// <summary>The process and the host, for messages.</summary>
    public string Owner { get; init; } = "";

    /// <summary>Roots that are kept while it is registered.</summary>
    internal IReadOnlyList<PinnedRoot> Pins { get; init; } = [];

    /// <summary>Whether its process has certainly ended.</summary>
    public bool IsProvablyDead { get; init; }

    /// <summary>
    /// Whether it has given up and deletes those of its packs that no index segment names: it publishes nothing any
    /// more, and is ended by nobody while its process may live.
    /// </summary>
    public bool IsTakingBack { get; init; }

    /// <summary>Whether it belongs to another process of this host that certainly runs.</summary>
    public bool RunsHere { get; init; }
}
