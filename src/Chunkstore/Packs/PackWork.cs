using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// What the writer of a stream does next: write a buffer to a pack, and seal it if that was the last one.
/// </summary>
/// <param name="Pack">The pack.</param>
/// <param name="Buffer">The bytes; null where there are none left to write.</param>
/// <param name="Length">How many of them.</param>
/// <param name="IsLast">Whether the pack is to be sealed after them.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct PackWork(OpenPack Pack, PackBuffer? Buffer, int Length, bool IsLast);
