namespace BackupEngine.DataPlane.Backup;

/// <summary>What a comparison of the source with what is known of it found, and what it cost.</summary>
/// <param name="Chunks">Chunks that were compared, as a number.</param>
/// <param name="BytesRead">Read for it.</param>
/// <param name="Seconds">Time that it took.</param>
/// <param name="MismatchOffsetBytes">Where the source differs although it is said to be unchanged;
/// null when it does nowhere.</param>
internal sealed record ComparisonOutcome(long Chunks, long BytesRead, double Seconds, long? MismatchOffsetBytes)
{
    /// <summary>Nothing was compared.</summary>
    public static ComparisonOutcome Nothing { get; } = new(0, 0, 0, null);
}
