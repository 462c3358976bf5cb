namespace BackupEngine.DataPlane.Transfers;

/// <summary>
/// How far a backup or a restore is. Reported from the threads of the lanes, often: whoever listens must be quick.
/// </summary>
/// <param name="DoneBytes">Bytes of the volume dealt with so far; a range inherited from the parent counts as dealt
/// with.</param>
/// <param name="TotalBytes">Bytes of the volume.</param>
/// <param name="WaitingFor">What the job waits for before it can begin, as "memory"; null while it works.</param>
public readonly record struct TransferProgress(long DoneBytes, long TotalBytes, string? WaitingFor = null);
