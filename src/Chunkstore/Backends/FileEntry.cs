using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>One entry of a directory.</summary>
/// <param name="Name">Its name, without the directory.</param>
/// <param name="IsDirectory">Whether it is a directory.</param>
/// <param name="LengthBytes">Length of a file in bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct FileEntry(string Name, bool IsDirectory, long LengthBytes);
