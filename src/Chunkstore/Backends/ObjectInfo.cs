using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>A file that a listing found.</summary>
/// <param name="Name">Its name among its kind.</param>
/// <param name="LengthBytes">Its length in bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ObjectInfo(string Name, long LengthBytes);
