using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>
/// A batch of packs that is to be deleted, as far as it has come. Whoever works in the repository looks at the highest
/// number alone.
/// </summary>
internal sealed record Generation
{
    /// <summary>Its number; 0 = there was none yet.</summary>
    public required long Number { get; init; }

    /// <summary>Packs that nobody may begin to rely on.</summary>
    public required IReadOnlySet<PackId> Packs { get; init; }

    /// <summary>What of them is deleted; null while that is not decided.</summary>
    public IReadOnlySet<PackId>? Deleting { get; init; }

    /// <summary>Whether all of it has happened.</summary>
    public required bool IsDone { get; init; }

    /// <summary>Whether somebody has yet to finish it.</summary>
    public bool IsOpen => !IsDone;

    /// <summary>What a repository begins with.</summary>
    public static Generation None { get; } = new() { Number = 0, Packs = new HashSet<PackId>(), IsDone = true };
}
