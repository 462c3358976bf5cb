namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// How much of what is said to be unchanged is read and compared: a share of it, at least a number of chunks, and
/// never more than a share of the volume, so that an incremental of a small volume stays one. One chunk is always
/// read where there is one.
/// </summary>
public sealed record SpotCheckOptions
{
    /// <summary>Share of the chunks said to be unchanged.</summary>
    public double Share { get; init; } = 0.001;

    /// <summary>Number of chunks below which the sample does not fall.</summary>
    public int MinimumChunks { get; init; } = 64;

    /// <summary>
    /// Share of the chunks of the volume that the sample does not exceed, unless it is a single chunk.
    /// </summary>
    public double MaximumShareOfVolume { get; init; } = 0.01;

    /// <summary>Chooses the random part of the sample; null for another one each time.</summary>
    public int? Seed { get; init; }

    /// <summary>Number of chunks to be read.</summary>
    internal long SampleSize(long unchangedChunks, long volumeChunks)
    {
        var wanted = Math.Max(MinimumChunks, (long)Math.Ceiling(unchangedChunks * Share));
        var allowed = Math.Max(1, (long)(volumeChunks * MaximumShareOfVolume));
        return Math.Min(unchangedChunks, Math.Min(wanted, allowed));
    }
}
