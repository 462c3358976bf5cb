namespace BackupEngine.DataPlane.CommandLine;

/// <summary>JSON of `copy`.</summary>
/// <param name="Copied">Backups that were copied now.</param>
/// <param name="Present">Backups that the destination had.</param>
/// <param name="ChunksExamined">Sum of the backups'.</param>
/// <param name="ChunksSent">Sum of the backups'.</param>
/// <param name="BytesSent">Sum of the backups'.</param>
/// <param name="BytesStored">Sum of the backups'.</param>
/// <param name="Backups">What was done for each, oldest first.</param>
internal sealed record CopyView(
    int Copied,
    int Present,
    long ChunksExamined,
    long ChunksSent,
    long BytesSent,
    long BytesStored,
    IReadOnlyList<CopiedBackup> Backups)
{
    /// <summary>Sums up.</summary>
    public CopyView(IReadOnlyList<CopiedBackup> backups)
        : this(
            backups.Count(backup => !backup.WasThere),
            backups.Count(backup => backup.WasThere),
            backups.Sum(backup => backup.ChunksExamined),
            backups.Sum(backup => backup.ChunksSent),
            backups.Sum(backup => backup.BytesSent),
            backups.Sum(backup => backup.BytesStored),
            backups)
    {
    }
}
