using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>One extent of a block status; extents follow one another from the offset of the request.</summary>
/// <param name="LengthBytes">Its length, never 0.</param>
/// <param name="Status">Its status, as its metadata context defines it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct StatusExtent(ulong LengthBytes, ulong Status);
