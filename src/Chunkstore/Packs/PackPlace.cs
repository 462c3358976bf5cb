using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>Where a record was put.</summary>
/// <param name="PackNumber">The pack's number in its session.</param>
/// <param name="Offset">Where the record begins, in bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PackPlace(uint PackNumber, uint Offset);
