using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>What a backup may hold.</summary>
/// <param name="Grant">To be given back when the backup has let go of all of it.</param>
/// <param name="Sizes">What it is used for.</param>
/// <param name="Warning">What it runs with instead of what it wanted; null where it has that.</param>
internal sealed record BackupMemory(MemoryGrant Grant, BackupSizes Sizes, string? Warning)
{
    /// <summary>Waits until there is at least what one lane needs.</summary>
    /// <exception cref="Errors.UsageException">There will never be.</exception>
    public static async Task<BackupMemory> AcquireAsync(
        BackupRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var wanted = BackupSizes.For(request);
        var grant = await request.Shared.AcquireMemoryAsync(
            wanted.Least.Bytes,
            wanted.Bytes,
            () => progress?.Report(new TransferProgress(0, request.Source.LengthBytes, "memory")),
            cancellationToken);
        try
        {
            progress?.Report(new TransferProgress(0, request.Source.LengthBytes));
            var sizes = wanted.Within(grant.Bytes);
            grant.Check(sizes.Bytes);
            return new BackupMemory(grant, sizes, WarningOf(wanted, sizes));
        }
        catch
        {
            grant.Dispose();
            throw;
        }
    }

    private static string? WarningOf(BackupSizes wanted, BackupSizes sizes) => sizes == wanted ? null :
        $"Within the memory budget there was room for {sizes.Lanes.Lanes} lanes with a queue depth of "
        + $"{sizes.Lanes.QueueDepth} and {sizes.Writer.CheckpointChunks} new chunks between checkpoints, not for "
        + $"{wanted.Lanes.Lanes} with {wanted.Lanes.QueueDepth} and {wanted.Writer.CheckpointChunks}.";
}
