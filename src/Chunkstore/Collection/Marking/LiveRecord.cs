using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Index;

namespace BackupEngine.Chunkstore.Collection.Marking;

/// <summary>A record that some root needs.</summary>
/// <param name="Prefix">The first half of its chunk's id.</param>
/// <param name="Location">Where it is.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct LiveRecord(UInt128 Prefix, ChunkLocation Location);
