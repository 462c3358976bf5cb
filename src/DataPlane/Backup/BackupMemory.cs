using BackupEngine.Chunkstore.Sessions;
using BackupEngine.DataPlane.Memory;
using BackupEngine.DataPlane.Transfers;

namespace BackupEngine.DataPlane.Backup;

/// <summary>What a backup may hold in buffers: those of its lanes and those of its packs.</summary>
/// <param name="Grant">To be given back when the backup has let go of all of them.</param>
/// <param name="Lanes">The lanes' part.</param>
/// <param name="Warning">What it runs with instead of what it wanted; null where it has that.</param>
internal sealed record BackupMemory(MemoryGrant Grant, LaneBuffers Lanes, string? Warning)
{
    /// <summary>Waits until there is at least what one lane needs.</summary>
    /// <exception cref="Errors.UsageException">There will never be.</exception>
    public static async Task<BackupMemory> AcquireAsync(
        BackupRequest request, IProgress<TransferProgress>? progress, CancellationToken cancellationToken)
    {
        var wanted = LaneBuffers.For(request.Tuning, request.Repository.ChunkSizeBytes);
        var grant = await MemoryGrant.AcquireAsync(
            request.Shared.Memory,
            wanted.Least.MappedBytes + BackupWriter.PackBufferBytes,
            wanted.MappedBytes + BackupWriter.PackBufferBytes,
            () => progress?.Report(new TransferProgress(0, request.Source.LengthBytes, "memory")),
            cancellationToken);
        try
        {
            progress?.Report(new TransferProgress(0, request.Source.LengthBytes));
            var lanes = wanted.Within(grant.Bytes - BackupWriter.PackBufferBytes);
            grant.Check(lanes.MappedBytes + BackupWriter.PackBufferBytes);
            return new BackupMemory(grant, lanes, WarningOf(wanted, lanes));
        }
        catch
        {
            grant.Dispose();
            throw;
        }
    }

    private static string? WarningOf(LaneBuffers wanted, LaneBuffers lanes) => lanes == wanted ? null :
        $"Within the memory budget there was room for {lanes.Lanes} lanes with a queue depth of {lanes.QueueDepth}, "
        + $"not for {wanted.Lanes} with {wanted.QueueDepth}.";
}
