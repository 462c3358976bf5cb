namespace BackupEngine.ControlPlane.Workflows;

/// <summary>How far a transfer has come.</summary>
/// <param name="DoneBytes">Bytes that are dealt with; what was taken over from a parent counts.</param>
/// <param name="TotalBytes">Bytes in all; 0 while that is not known.</param>
/// <param name="BytesPerSecond">What was dealt with lately; null while that is not known.</param>
internal sealed record ProgressSample(long DoneBytes, long TotalBytes, long? BytesPerSecond);
