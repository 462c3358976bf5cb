namespace BackupEngine.ControlPlane.Api.Volumes;

/// <summary>How many volumes there are, and how large they are together.</summary>
/// <param name="TotalCount">Volumes.</param>
/// <param name="TotalSize">GiB.</param>
internal sealed record VolumeTotals(int TotalCount, long TotalSize);
