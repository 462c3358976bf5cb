using BackupEngine.Chunkstore.Hashing;
using BackupEngine.DataPlane.Devices;
using BackupEngine.DataPlane.Memory;

namespace BackupEngine.DataPlane.Restore;

/// <summary>
/// Looks whether a target that is said to read as zeros does. The claim comes from outside, and zeros that are not
/// written because of it would be wrong bytes; so a sample is read, and one byte that is not zero ends the belief.
/// </summary>
internal static class ZeroClaim
{
    private const int Samples = 64;
    private const long FirstPartitionBytes = 1024 * 1024;
    private const int BlockBytes = 4096;

    /// <summary>Where a byte is not zero, or null where none was found.</summary>
    public static async Task<long?> FindOtherAsync(
        IBlockDevice target, long volumeBytes, AlignedBufferPool pool, CancellationToken cancellationToken)
    {
        using var buffer = pool.Rent();
        foreach (var offset in Offsets(volumeBytes))
        {
            var block = buffer.Memory[..(int)Math.Min(BlockBytes, target.LengthBytes - offset)];
            await target.ReadAsync(offset, block, cancellationToken);
            var ofVolume = block[..(int)Math.Min(block.Length, volumeBytes - offset)];
            if (!ZeroScan.IsZero(ofVolume.Span))
            {
                return offset + ofVolume.Span.IndexOfAnyExcept((byte)0);
            }
        }

        return null;
    }

    /// <summary>The ends, where partitions usually begin, and by chance.</summary>
    private static IEnumerable<long> Offsets(long volumeBytes)
    {
        var last = (volumeBytes - 1) / BlockBytes;
        yield return 0;
        yield return last * BlockBytes;
        yield return Math.Min(FirstPartitionBytes / BlockBytes, last) * BlockBytes;
        for (var i = 0; i < Samples; i++)
        {
            yield return Random.Shared.NextInt64(last + 1) * BlockBytes;
        }
    }
}
