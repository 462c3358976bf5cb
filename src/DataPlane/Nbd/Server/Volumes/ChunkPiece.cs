using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>A part of a chunk that is wanted.</summary>
/// <param name="Slot">Where the chunk is, or will be; in use by the reader.</param>
/// <param name="IsToBeLoaded">Whether this reader loads it.</param>
/// <param name="ChunkIndex">Which chunk of the volume it is.</param>
/// <param name="OffsetInChunk">Where the part begins, in bytes.</param>
/// <param name="Destination">Where it goes; its length is that of the part.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChunkPiece(
    CacheSlot Slot, bool IsToBeLoaded, long ChunkIndex, int OffsetInChunk, Memory<byte> Destination);
