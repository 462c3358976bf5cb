using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Reading;

/// <summary>A part of a plan that is read with one read: neighbours in one pack.</summary>
/// <param name="First">The first of its entries in the plan.</param>
/// <param name="Count">Number of entries: places that want a chunk.</param>
/// <param name="Chunks">Number of different chunks; each is read once, however many places want it.</param>
/// <param name="PackBytes">Length of the read in bytes.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReadPiece(int First, int Count, int Chunks, int PackBytes);
