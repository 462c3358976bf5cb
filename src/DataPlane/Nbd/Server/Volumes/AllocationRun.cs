using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Server.Volumes;

/// <summary>A part of a volume of one kind.</summary>
/// <param name="LengthBytes">Its length, at least 1.</param>
/// <param name="IsZero">Whether it is a hole that reads as zeros; otherwise it holds data, zeros perhaps.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct AllocationRun(long LengthBytes, bool IsZero);
