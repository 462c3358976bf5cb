using System.Collections.Concurrent;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>
/// Buffers for reads of neighbouring records. As many exist as reads run at once; a few are kept for the next ones.
/// </summary>
internal sealed class ReadBufferPool : IDisposable
{
    private const int Kept = 8;
    private const int SmallBytes = 512 * 1024;
    private const int LargeBytes = ReadPlan.MaximumReadBytes + (2 * RecordHeader.SizeBytes);

    private readonly ConcurrentQueue<ReadBuffer> _small = new();
    private readonly ConcurrentQueue<ReadBuffer> _large = new();
    private volatile bool _closed;

    public ReadBuffer Get(int lengthBytes)
    {
        var isSmall = lengthBytes <= SmallBytes;
        return (isSmall ? _small : _large).TryDequeue(out var buffer)
            ? buffer
            : new ReadBuffer(isSmall ? SmallBytes : LargeBytes);
    }

    public void Return(ReadBuffer buffer)
    {
        var queue = buffer.Memory.Length == SmallBytes ? _small : _large;
        if (_closed || queue.Count >= Kept)
        {
            buffer.Dispose();
        }
        else
        {
            queue.Enqueue(buffer);
        }
    }

    /// <summary>Frees what is kept; what is in use is freed when it comes back.</summary>
    public void Dispose()
    {
        _closed = true;
        foreach (var queue in new[] { _small, _large })
        {
            while (queue.TryDequeue(out var buffer))
            {
                buffer.Dispose();
            }
        }
    }
}
