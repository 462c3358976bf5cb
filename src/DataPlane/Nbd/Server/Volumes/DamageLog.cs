using System.Collections.Concurrent;
using BackupEngine.Chunkstore;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>
/// Says once of each place that it cannot be read, however often it is asked for. Safe to use from many threads.
/// </summary>
internal sealed class DamageLog(ILogger logger)
{
    /// <summary>More places than these are only counted.</summary>
    private const int MostPlaces = 1024;

    private readonly ConcurrentDictionary<long, bool> _told = [];
    private long _failedReads;

    /// <summary>Reads that failed.</summary>
    public long FailedReads => Interlocked.Read(ref _failedReads);

    /// <summary>Notes a read that failed.</summary>
    /// <param name="place">The chunk, or what lies below the damaged node.</param>
    /// <param name="cause">Why.</param>
    public void Add(Extent place, Exception cause)
    {
        Interlocked.Increment(ref _failedReads);
        if (_told.Count < MostPlaces && _told.TryAdd(place.OffsetBytes, value: true))
        {
            logger.LogError(
                "Bytes {Offset} to {End} of the volume cannot be read; clients are told of an input/output error "
                + "there, all else is served: {Cause}",
                place.OffsetBytes, place.EndBytes, cause.Message);
        }
    }
}
