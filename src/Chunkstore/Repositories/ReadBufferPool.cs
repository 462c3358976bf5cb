using System.Collections.Concurrent;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>
/// Buffers for reads of neighbouring records. As many exist as reads run at once; a few are kept for the next ones.
/// </summary>
internal sealed class ReadBufferPool
{
    private const int Kept = 16;
    private const int SmallBytes = 512 * 1024;
    private const int LargeBytes = ReadPlan.MaximumReadBytes + (2 * RecordHeader.SizeBytes);

    private readonly ConcurrentQueue<AlignedBuffer> _small = new();
    private readonly ConcurrentQueue<AlignedBuffer> _large = new();

    public AlignedBuffer Get(int lengthBytes)
    {
        var isSmall = lengthBytes <= SmallBytes;
        return (isSmall ? _small : _large).TryDequeue(out var buffer)
            ? buffer
            : new AlignedBuffer(isSmall ? SmallBytes : LargeBytes);
    }

    public void Return(AlignedBuffer buffer)
    {
        var queue = buffer.Memory.Length == SmallBytes ? _small : _large;
        if (queue.Count < Kept)
        {
            queue.Enqueue(buffer);
        }
        else
        {
            ((IDisposable)buffer).Dispose();
        }
    }
}
