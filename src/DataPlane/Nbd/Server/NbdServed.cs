namespace BackupEngine.DataPlane.Nbd.Server;

/// <summary>What was served, told at the end.</summary>
/// <param name="Connections">Connections that were accepted.</param>
/// <param name="Requests">Requests that were answered.</param>
/// <param name="BytesRead">Bytes that were sent in answer to reads.</param>
/// <param name="HoleBytes">Bytes of zeros that were told of instead of being sent.</param>
/// <param name="BytesWritten">Bytes that clients wrote to the overlay.</param>
/// <param name="CacheHits">Chunks that were in the cache when they were needed.</param>
/// <param name="CacheMisses">Chunks that were read from the repository.</param>
/// <param name="FailedReads">Reads that met damage.</param>
internal sealed record NbdServed(
    long Connections,
    long Requests,
    long BytesRead,
    long HoleBytes,
    long BytesWritten,
    long CacheHits,
    long CacheMisses,
    long FailedReads);
