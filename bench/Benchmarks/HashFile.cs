using System.IO.MemoryMappedFiles;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Benchmarks;

/// <summary>
/// `hash-file PATH`: prints the BLAKE3 digest of a file as `b3sum` does, on one thread and, as `b3sum` does, through a
/// mapping of the file.
/// </summary>
internal static unsafe class HashFile
{
    private const int PieceBytes = 8 << 20;

    public static int Run(string path)
    {
        using var file = MemoryMappedFile.CreateFromFile(path, FileMode.Open, null, 0, MemoryMappedFileAccess.Read);
        using var view = file.CreateViewAccessor(0, 0, MemoryMappedFileAccess.Read);
        byte* bytes = null;
        view.SafeMemoryMappedViewHandle.AcquirePointer(ref bytes);
        Console.WriteLine($"{Hash(bytes, new FileInfo(path).Length)}  {path}");
        view.SafeMemoryMappedViewHandle.ReleasePointer();
        return 0;
    }

    private static string Hash(byte* bytes, long length)
    {
        var hasher = Blake3Hasher.Create();
        for (var done = 0L; done < length; done += PieceBytes)
        {
            hasher.Update(new ReadOnlySpan<byte>(bytes + done, (int)Math.Min(PieceBytes, length - done)));
        }

        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        hasher.Finish(digest);
        return Convert.ToHexStringLower(digest);
    }
}
