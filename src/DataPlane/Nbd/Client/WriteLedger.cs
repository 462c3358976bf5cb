using BackupEngine.DataPlane.Nbd.Protocol;

namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>
/// Which writes are known to be durable. A server that acknowledged a write may lose it as long as no FLUSH that began
/// afterwards has been answered; when a connection is lost, nobody can tell whether the server behind it still has
/// them.
/// </summary>
internal sealed class WriteLedger
{
    private long _acknowledged;
    private long _durable;
    private int _lost;

    /// <summary>Whether acknowledged writes may have been lost. Never becomes false again.</summary>
    public bool IsLost => Volatile.Read(ref _lost) != 0;

    /// <summary>A write was acknowledged.</summary>
    public void Acknowledged(CommandOptions options)
    {
        if (!options.HasFlag(CommandOptions.ForceUnitAccess))
        {
            Interlocked.Increment(ref _acknowledged);
        }
    }

    /// <summary>What a flush that begins now makes durable, to be told to <see cref="Flushed"/>.</summary>
    public long BeginFlush() => Interlocked.Read(ref _acknowledged);

    /// <summary>A flush was answered.</summary>
    public void Flushed(long begun)
    {
        for (var known = Interlocked.Read(ref _durable);
            begun > known && Interlocked.CompareExchange(ref _durable, begun, known) != known;
            known = Interlocked.Read(ref _durable))
        {
        }
    }

    /// <summary>A connection was lost, and every reply that came on it has been counted.</summary>
    public void ConnectionLost()
    {
        if (Interlocked.Read(ref _acknowledged) > Interlocked.Read(ref _durable))
        {
            Volatile.Write(ref _lost, 1);
        }
    }
}
