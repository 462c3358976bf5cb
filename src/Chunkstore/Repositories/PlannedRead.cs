using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Index;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>A chunk of a request, located.</summary>
/// <param name="Request">Its place in the request.</param>
/// <param name="Location">Where the index says it is.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PlannedRead(int Request, ChunkLocation Location);
