using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Index;

/// <summary>Where a prefix can be. Keys are the first 64 bits of prefixes.</summary>
/// <param name="First">The first position; all before it have lower keys than <paramref name="LowKey"/>.</param>
/// <param name="Last">The last position; all after it have higher keys than <paramref name="HighKey"/>.</param>
/// <param name="LowKey">The lowest key that can be there.</param>
/// <param name="HighKey">The highest key that can be there.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct SearchRange(long First, long Last, ulong LowKey, ulong HighKey);
