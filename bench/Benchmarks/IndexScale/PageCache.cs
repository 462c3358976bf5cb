using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.Benchmarks.IndexScale;

/// <summary>Takes files out of the page cache, or brings them in.</summary>
internal static partial class PageCache
{
    private const int DontNeed = 4;

    public static void Drop(string directory)
    {
        foreach (var path in Directory.EnumerateFiles(directory))
        {
            using var file = File.OpenHandle(path);
            _ = Advise(file, 0, 0, DontNeed);
        }
    }

    public static void Fill(string directory)
    {
        var buffer = new byte[1 << 20];
        foreach (var path in Directory.EnumerateFiles(directory))
        {
            using var file = File.OpenRead(path);
            while (file.Read(buffer) > 0)
            {
                // Only to have it read.
            }
        }
    }

    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    private static partial int Advise(SafeFileHandle file, long offset, long length, int advice);
}
