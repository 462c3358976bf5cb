using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>One chunk to be read and where its plain bytes go.</summary>
/// <param name="Id">The chunk; never the zero sentinel.</param>
/// <param name="Plain">Place of exactly the plain length.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ChunkReadRequest(ChunkId Id, Memory<byte> Plain);
