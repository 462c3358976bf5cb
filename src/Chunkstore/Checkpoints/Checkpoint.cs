using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Checkpoints;

/// <summary>
/// One delta of an interrupted backup: leaves that were finished, with everything below them durable, since the one
/// before. Never trusted: who goes on from it looks everything up again.
/// </summary>
internal sealed record Checkpoint
{
    /// <summary>Most leaves that one delta names; bounds the file and what a run holds between two of them.</summary>
    public const int MaximumLeaves = 16 * 1024;

    public required CheckpointWork Work { get; init; }

    /// <summary>Its number among those of the backup; they only ever go up.</summary>
    public required ulong Number { get; init; }

    /// <summary>The session that wrote it.</summary>
    public required SessionId Session { get; init; }

    /// <summary>When it was written, by the clock of its host; for messages and for the removal of old ones.</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>The leaves, in order, each once.</summary>
    public required IReadOnlyList<FinishedLeaf> Leaves { get; init; }
}
