namespace BackupEngine.Chunkstore.Sessions;

/// <summary>What the reading side of a backup counted, in bytes.</summary>
/// <param name="BytesRead">Read from the source device.</param>
/// <param name="ZeroBytes">Of what was read: zeros.</param>
/// <param name="BytesUnchanged">Inherited from the parent, read or not.</param>
public sealed record SourceCounters(long BytesRead, long ZeroBytes, long BytesUnchanged)
{
    /// <summary>Where the next incremental goes on to re-read what is said to be unchanged, in bytes.</summary>
    public long RereadPositionBytes { get; init; }
}
