using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Index;

/// <summary>Where a record is.</summary>
/// <param name="Pack">The pack.</param>
/// <param name="Offset">Where the record begins, in bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct RecordPlace(PackId Pack, long Offset);
