using System.Diagnostics;
using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Benchmarks;

/// <summary>`hash-file PATH`: prints the BLAKE3 digest of a file as `b3sum` does, on one thread.</summary>
internal static unsafe class HashFile
{
    /// <summary>Stays in the second-level cache between being read and being hashed.</summary>
    private const int PieceBytes = 256 << 10;

    public static int Run(string path)
    {
        var started = Stopwatch.GetTimestamp();
        using var file = File.OpenHandle(path, options: FileOptions.SequentialScan);
        var memory = (byte*)NativeMemory.AlignedAlloc(PieceBytes, 4096);
        try
        {
            var digest = Hash(file, new Span<byte>(memory, PieceBytes));
            Console.WriteLine($"{digest}  {path}");
            var cpu = Process.GetCurrentProcess().TotalProcessorTime.TotalSeconds;
            var wall = Stopwatch.GetElapsedTime(started).TotalSeconds;
            Console.Error.WriteLine($"kernel {Blake3.Kernel}, wall {wall:F3} s, CPU of the process {cpu:F3} s");
            return 0;
        }
        finally
        {
            NativeMemory.AlignedFree(memory);
        }
    }

    private static string Hash(Microsoft.Win32.SafeHandles.SafeFileHandle file, Span<byte> piece)
    {
        var hasher = Blake3Hasher.Create();
        int bytes;
        for (var offsetBytes = 0L; (bytes = RandomAccess.Read(file, piece, offsetBytes)) > 0; offsetBytes += bytes)
        {
            hasher.Update(piece[..bytes]);
        }

        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        hasher.Finish(digest);
        return Convert.ToHexStringLower(digest);
    }
}
