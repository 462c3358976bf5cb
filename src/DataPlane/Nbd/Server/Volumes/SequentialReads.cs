using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>
/// Finds those who read a volume from front to back, and says what they will want next. Safe to use from many threads.
/// </summary>
/// <remarks>
/// A reader is known by where it reads: clients spread one stream over several connections. The distance read ahead
/// grows with what was read in sequence, so that a few neighbouring requests cost little.
/// </remarks>
/// <param name="farthestBytes">Most that is read ahead of one reader.</param>
/// <param name="stepBytes">Least that is worth asking for at a time.</param>
internal sealed class SequentialReads(long farthestBytes, long stepBytes)
{
    private const int Streams = 16;

    /// <summary>Requests of one stream that are under way at once arrive in any order, within this distance.</summary>
    private const long SlackBytes = 1024 * 1024;

    private const long LeastRunBytes = 64 * 1024;

    private readonly Lock _gate = new();
    private readonly Stream[] _streams = new Stream[Streams];
    private int _nextToReplace;

    /// <summary>Notes a read.</summary>
    /// <returns>What to read ahead now; an empty extent for nothing.</returns>
    public Extent Note(long offsetBytes, long lengthBytes)
    {
        lock (_gate)
        {
            ref var stream = ref Find(offsetBytes);
            var end = offsetBytes + lengthBytes;
            if (end > stream.NextBytes)
            {
                stream.RunBytes += end - stream.NextBytes;
                stream.NextBytes = end;
            }

            return stream.RunBytes < LeastRunBytes ? default : Ahead(ref stream);
        }
    }

    private Extent Ahead(ref Stream stream)
    {
        var from = Math.Max(stream.NextBytes, stream.AheadBytes);
        var until = stream.NextBytes + Math.Min(stream.RunBytes, farthestBytes);
        if (until - from < stepBytes)
        {
            return default;
        }

        stream.AheadBytes = until;
        return new Extent(from, until - from);
    }

    private ref Stream Find(long offsetBytes)
    {
        for (var i = 0; i < Streams; i++)
        {
            ref var stream = ref _streams[i];
            if (stream.NextBytes > 0 && Math.Abs(offsetBytes - stream.NextBytes) <= SlackBytes)
            {
                return ref stream;
            }
        }

        ref var replaced = ref _streams[_nextToReplace];
        _nextToReplace = (_nextToReplace + 1) % Streams;
        replaced = new Stream { NextBytes = offsetBytes };
        return ref replaced;
    }

    /// <summary>One reader.</summary>
    private struct Stream
    {
        /// <summary>Where it will go on.</summary>
        public long NextBytes;

        /// <summary>What it has read without a gap.</summary>
        public long RunBytes;

        /// <summary>Up to where was read ahead for it.</summary>
        public long AheadBytes;
    }
}
