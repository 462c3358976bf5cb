using BackupEngine.Chunkstore.Checkpoints;
using BackupEngine.Chunkstore.Collection.Marking;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.Chunkstore.Collection;

/// <summary>
/// What unfinished backups have stored. Advisory: who goes on from a checkpoint looks everything up again, so what is
/// missing, or cannot be read, costs time and nothing else.
/// </summary>
internal static class CheckpointRoots
{
    /// <summary>Marks the leaves that checkpoints name, as far as they are there.</summary>
    public static async Task MarkAsync(SessionParts parts, Marker marker, CancellationToken cancellationToken)
    {
        foreach (var name in parts.Checkpoints.List())
        {
            if (TryRead(parts, name) is { } checkpoint)
            {
                var leaves = checkpoint.Leaves
                    .Where(leaf => leaf.Reference is not null)
                    .Select(leaf => (leaf.Index, leaf.Reference!.Value));
                await marker.MarkLeavesAsync(checkpoint.Work.Shape, leaves, cancellationToken);
            }
        }
    }

    /// <summary>Removes those that are too old for somebody to go on from them.</summary>
    public static void RemoveOld(SessionParts parts, TimeSpan age)
    {
        var oldest = parts.Time.GetUtcNow() - age;
        foreach (var name in parts.Checkpoints.List())
        {
            if (TryRead(parts, name)?.CreatedAt < oldest)
            {
                parts.Checkpoints.Remove(name);
            }
        }
    }

    private static Checkpoint? TryRead(SessionParts parts, CheckpointName name)
    {
        try
        {
            return parts.Checkpoints.TryRead(name);
        }
        catch (RepositoryException exception) when (exception is CorruptDataException or RepositoryFormatException)
        {
            return null;
        }
    }
}
