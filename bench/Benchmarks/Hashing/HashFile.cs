using System.IO.MemoryMappedFiles;
using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Benchmarks.Hashing;

/// <summary>
/// `hash-file PATH`: prints the BLAKE3 digest of a file as `b3sum` does, on one thread and, as `b3sum` does, through a
/// mapping of the file.
/// </summary>
internal static unsafe partial class HashFile
{
    private const int PieceBytes = 4 << 20;

    /// <summary>linux/mman.h: enter the pages of a range into the page table at once. Linux 5.14.</summary>
    private const int MadvisePopulateRead = 22;

    public static int Run(string path)
    {
        var length = new FileInfo(path).Length;
        if (length == 0)
        {
            Console.WriteLine($"{Hash(null, 0)}  {path}");
            return 0;
        }

        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, length, MemoryMappedFileAccess.Read);
        byte* bytes = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
        Console.WriteLine($"{Hash(bytes, length)}  {path}");
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        return 0;
    }

    private static string Hash(byte* bytes, long length)
    {
        var hasher = Blake3Hasher.Create();
        for (var done = 0L; done < length; done += PieceBytes)
        {
            var piece = new ReadOnlySpan<byte>(bytes + done, (int)Math.Min(PieceBytes, length - done));

            // Where the kernel does not know the advice, pages are entered as they are touched: slower, nothing else.
            _ = Advise((nint)(bytes + done), (nuint)piece.Length, MadvisePopulateRead);
            hasher.Update(piece);
        }

        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        hasher.Finish(digest);
        return Convert.ToHexStringLower(digest);
    }

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    private static partial int Advise(nint address, nuint length, int advice);
}
