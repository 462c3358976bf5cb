using BackupEngine.Chunkstore;
using BackupEngine.DataPlane.Errors;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// Checks of changed blocks: a list that does not fit the volume is evidence that it belongs to another one.
/// </summary>
internal static class ChangedBlocks
{
    /// <summary>
    /// Refuses negative numbers and extents that reach beyond the volume. Overlaps, any order and empty extents are
    /// allowed.
    /// </summary>
    /// <exception cref="UsageException">Names the first extent that is wrong.</exception>
    public static void Validate(IReadOnlyList<Extent> changedBlocks, long volumeBytes)
    {
        for (var i = 0; i < changedBlocks.Count; i++)
        {
            var (offset, length) = changedBlocks[i];
            if (offset < 0 || length < 0)
            {
                throw Wrong(i, offset, length, "neither may be negative");
            }

            if (length > volumeBytes || offset > volumeBytes - length)
            {
                throw Wrong(i, offset, length, $"it reaches beyond the volume of {volumeBytes} bytes");
            }
        }
    }

    private static UsageException Wrong(int index, long offset, long length, string reason) => new(
        $"Changed blocks: entry {index} (offset {offset}, length {length}): {reason}. Nothing was backed up.");
}
