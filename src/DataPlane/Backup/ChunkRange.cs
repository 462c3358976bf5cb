using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Backup;

/// <summary>Consecutive chunks of a volume.</summary>
/// <param name="First">Index of the first.</param>
/// <param name="End">Index after the last.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChunkRange(long First, long End)
{
    /// <summary>Number of chunks.</summary>
    public long Count => End - First;
}
