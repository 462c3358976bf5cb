using System.Runtime.InteropServices;
using BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;
using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.Tests.VolumeService.Support;

/// <summary>What tests do to files behind the driver's back.</summary>
internal static partial class RawFile
{
    private const int KeepSize = 1;
    private const int PunchHole = 2;

    public static void Create(string path, long lengthBytes)
    {
        using var file = File.Create(path);
        file.SetLength(lengthBytes);
    }

    public static byte[] Pattern(int seed, int lengthBytes)
    {
        var bytes = new byte[lengthBytes];
        new Random(seed).NextBytes(bytes);
        return bytes;
    }

    /// <summary>Writes into the page cache.</summary>
    public static void Write(string path, long offset, ReadOnlySpan<byte> bytes)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        RandomAccess.Write(handle, bytes, offset);
    }

    public static void Flush(string path)
    {
        using var handle = LinuxFile.OpenForReading(path);
        LinuxFile.Flush(handle, path);
    }

    public static void Punch(string path, long offset, long lengthBytes) =>
        Allocate(path, KeepSize | PunchHole, offset, lengthBytes);

    public static void Preallocate(string path, long offset, long lengthBytes) =>
        Allocate(path, KeepSize, offset, lengthBytes);

    public static void SetLength(string path, long lengthBytes)
    {
        using var handle = File.OpenHandle(path, FileMode.Open, FileAccess.Write, FileShare.ReadWrite);
        LinuxFile.SetLength(handle, lengthBytes, path);
    }

    public static FileExtent[] Map(string path, long lengthBytes, bool sync = true, int extentsPerPage = 1024)
    {
        using var handle = LinuxFile.OpenForReading(path);
        return [.. ExtentMap.Read(handle, path, lengthBytes, sync, extentsPerPage)];
    }

    private static void Allocate(string path, int mode, long offset, long lengthBytes)
    {
        using var handle = LinuxFile.OpenForWriting(path);
        LinuxFile.ThrowIfFailed(Fallocate(handle, mode, offset, lengthBytes), "fallocate");
    }

    [LibraryImport("libc", EntryPoint = "fallocate", SetLastError = true)]
    private static partial int Fallocate(SafeFileHandle handle, int mode, long offset, long length);
}
