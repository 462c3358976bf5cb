namespace BackupEngine.DataPlane.Backup;

/// <summary>What a spot check found.</summary>
/// <param name="Chunks">Chunks that were compared, as a number.</param>
/// <param name="BytesRead">Read for it.</param>
/// <param name="MismatchOffsetBytes">Where the device differs from the parent although it is said to be unchanged;
/// null when it does nowhere.</param>
internal sealed record SpotCheckOutcome(long Chunks, long BytesRead, long? MismatchOffsetBytes)
{
    /// <summary>Nothing was checked.</summary>
    public static SpotCheckOutcome Nothing { get; } = new(0, 0, null);
}
