using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Verification.Proofs;

/// <summary>
/// When a pack was last proven to be good, in units of 100 ns since the year 1, UTC; 0 for never.
/// </summary>
/// <param name="PacksTicks">Every byte, by checksum and digest.</param>
/// <param name="DataTicks">Every chunk, by its id.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PackProof(long PacksTicks, long DataTicks)
{
    /// <summary>The later of each.</summary>
    public PackProof Or(PackProof other) =>
        new(Math.Max(PacksTicks, other.PacksTicks), Math.Max(DataTicks, other.DataTicks));

    /// <summary>When a level was last proven.</summary>
    public long TicksOf(VerifyLevel level) => level == VerifyLevel.Data ? DataTicks : PacksTicks;
}
