namespace BackupEngine.DataPlane.Restore;

/// <summary>A part of the volume that could not be restored; the target holds what it held before.</summary>
/// <param name="Offset">Where it begins, in bytes.</param>
/// <param name="Length">Its length in bytes.</param>
public sealed record HarmedRange(long Offset, long Length);
