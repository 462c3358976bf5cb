namespace BackupEngine.DataPlane.Nbd.Server.Connections;

/// <summary>
/// By when a client must have gone on. It is set for every message, so it costs one write and no timer; whoever looks
/// at it from time to time ends the connection. Safe to use from many threads.
/// </summary>
internal sealed class Deadline(TimeProvider time)
{
    private const long None = long.MaxValue;

    private long _atTicks = None;

    /// <summary>Whether it is over.</summary>
    public bool IsOver => time.GetTimestamp() > Interlocked.Read(ref _atTicks);

    /// <summary>Sets it to so long from now on.</summary>
    public void Set(TimeSpan allowed) =>
        Interlocked.Exchange(
            ref _atTicks, time.GetTimestamp() + (long)(allowed.TotalSeconds * time.TimestampFrequency));

    /// <summary>Takes it away: the client may take its time.</summary>
    public void Clear() => Interlocked.Exchange(ref _atTicks, None);
}
