namespace BackupEngine.ControlPlane.Workflows;

/// <summary>Bytes of a volume that cannot be restored.</summary>
/// <param name="Offset">Where they begin.</param>
/// <param name="Length">How many.</param>
public sealed record LostRange(long Offset, long Length);
