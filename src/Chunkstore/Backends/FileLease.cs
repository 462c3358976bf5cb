using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>The right to use an open file; to be disposed once.</summary>
[StructLayout(LayoutKind.Auto)]
internal readonly struct FileLease(CachedFile file) : IDisposable
{
    public IReadableFile File => file.File;

    public void Dispose() => file.Release();
}
