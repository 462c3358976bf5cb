using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Sessions;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// What a backup begins with. Where the repository knows of damage, the parent is looked at first: what it has lost is
/// read from the volume again, and where nothing can be built on it the backup is a full one, and says so.
/// </summary>
/// <param name="Writer">The writer.</param>
/// <param name="Parent">What the backup builds on.</param>
/// <param name="HarmedRanges">Extents of the volume that the parent cannot be relied on for.</param>
/// <param name="Warnings">What is done otherwise than was asked for.</param>
internal sealed record BackupStart(
    BackupWriter Writer, Manifest? Parent, IReadOnlyList<Extent> HarmedRanges, IReadOnlyList<string> Warnings)
{
    /// <summary>Begins a backup.</summary>
    /// <param name="parent">The parent that was asked for.</param>
    /// <param name="request">The backup.</param>
    /// <param name="begin">Begins the session of a backup on a parent or on none.</param>
    /// <param name="logger">Told what is done otherwise.</param>
    /// <param name="cancellationToken">Cancels.</param>
    public static async Task<BackupStart> BeginAsync(
        Manifest? parent,
        BackupRequest request,
        Func<Manifest?, BackupWriter> begin,
        ILogger logger,
        CancellationToken cancellationToken)
    {
        var writer = begin(parent);
        try
        {
            var harm = await writer.FindParentHarmAsync(cancellationToken);
            if (!harm.IsTreeDamaged)
            {
                return new BackupStart(
                    writer, parent, Inside(harm.Ranges, request.Source.LengthBytes), Warn(parent, harm.Ranges, logger));
            }
        }
        catch
        {
            await writer.DisposeAsync();
            throw;
        }

        await writer.DisposeAsync();
        var warning = $"Parts of the tree of backup {parent!.BackupId} cannot be read, so nothing can be built on it: "
            + "this is a full backup. Run 'verify' to see what is lost.";
        logger.LogError("{Warning}", warning);
        return new BackupStart(begin(null), null, [], [warning]);
    }

    private static List<string> Warn(Manifest? parent, IReadOnlyList<Extent> harmed, ILogger logger)
    {
        if (harmed.Count == 0)
        {
            return [];
        }

        var bytes = harmed.Sum(extent => extent.LengthBytes);
        var warning = $"Backup {parent!.BackupId} has lost {bytes} bytes, or they are in damaged packs: they are read "
            + "from the volume again. Where the volume still holds the same, the earlier backup is healed.";
        logger.LogWarning("{Warning}", warning);
        return [warning];
    }

    /// <summary>The parent's volume may have been larger.</summary>
    private static List<Extent> Inside(IEnumerable<Extent> extents, long volumeBytes) =>
    [
        .. extents.Where(extent => extent.OffsetBytes < volumeBytes).Select(extent => extent with
        {
            LengthBytes = Math.Min(extent.LengthBytes, volumeBytes - extent.OffsetBytes),
        }),
    ];
}
