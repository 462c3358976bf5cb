namespace BackupEngine.DataPlane.Nbd.Server;

/// <summary>What a server has done so far. Safe to use from many threads.</summary>
internal sealed class ServeCounters
{
    private long _connections;
    private long _requests;
    private long _bytesRead;
    private long _holeBytes;
    private long _bytesWritten;

    /// <summary>Connections that were accepted.</summary>
    public long Connections => Interlocked.Read(ref _connections);

    /// <summary>Requests that were answered.</summary>
    public long Requests => Interlocked.Read(ref _requests);

    /// <summary>Bytes that were sent in answer to reads.</summary>
    public long BytesRead => Interlocked.Read(ref _bytesRead);

    /// <summary>Bytes of zeros that were told of instead of being sent.</summary>
    public long HoleBytes => Interlocked.Read(ref _holeBytes);

    /// <summary>Bytes that clients wrote.</summary>
    public long BytesWritten => Interlocked.Read(ref _bytesWritten);

    /// <summary>Counts a connection.</summary>
    public void AddConnection() => Interlocked.Increment(ref _connections);

    /// <summary>Counts a request.</summary>
    public void AddRequest() => Interlocked.Increment(ref _requests);

    /// <summary>Counts what was sent.</summary>
    public void AddRead(long bytes) => Interlocked.Add(ref _bytesRead, bytes);

    /// <summary>Counts what did not need to be sent.</summary>
    public void AddHole(long bytes) => Interlocked.Add(ref _holeBytes, bytes);

    /// <summary>Counts what was written.</summary>
    public void AddWritten(long bytes) => Interlocked.Add(ref _bytesWritten, bytes);
}
