namespace BackupEngine.DataPlane.Nbd.Client;

/// <summary>Counts lost connections, for the log and for the result. Safe to use from many threads.</summary>
internal sealed class ReconnectLog(NbdUri uri, ILogger logger)
{
    private int _lost;
    private int _reconnected;

    /// <summary>Why a connection was lost, the last time.</summary>
    public string LastReason { get; private set; } = "";

    /// <summary>What the result says of it; null where nothing was lost.</summary>
    public string? Warning => Volatile.Read(ref _lost) is > 0 and var lost
        ? $"{uri}: connections were lost {lost} times and made again {Volatile.Read(ref _reconnected)} times; requests "
            + $"without a reply were sent again. The last reason: {LastReason.TrimEnd('.')}."
        : null;

    /// <summary>A connection was lost.</summary>
    public void Lost(string reason)
    {
        LastReason = reason;
        Interlocked.Increment(ref _lost);
        logger.LogWarning("{Uri}: a connection was lost: {Reason}; trying to make it again", uri, reason);
    }

    /// <summary>A connection was made again.</summary>
    public void Reconnected()
    {
        Interlocked.Increment(ref _reconnected);
        logger.LogWarning("{Uri}: a connection was made again", uri);
    }
}
