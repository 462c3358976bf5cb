using System.Buffers.Binary;
using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.BasePoints;

/// <summary>Facts of a file that no other file shares.</summary>
internal static unsafe class FileIdentity
{
    // linux/fs.h, linux/btrfs.h, xfs_fs.h
    private const nuint GetVersion = 0x80087601;
    private const nuint BtrfsInformation = 0x8400941f;
    private const nuint XfsGeometry = 0x80705864;
    private const int BtrfsInformationBytes = 1024;
    private const int BtrfsIdOffset = 16;
    private const int XfsGeometryBytes = 112;
    private const int XfsIdOffset = 64;
    private const int UuidBytes = 16;

    /// <summary>UUID of the file system that a file is on.</summary>
    public static Guid FileSystemOf(SafeFileHandle file, string path)
    {
        var type = LinuxFile.FileSystemStatus(file, path).Type;
        return type switch
        {
            StatfsBuffer.Btrfs => Ask(file, path, BtrfsInformation, BtrfsInformationBytes, BtrfsIdOffset),
            StatfsBuffer.Xfs => Ask(file, path, XfsGeometry, XfsGeometryBytes, XfsIdOffset),
            _ => throw new VolumeDriverException(
                $"{path} is on a file system whose UUID is not known (type 0x{type:x})."),
        };
    }

    /// <summary>Generation of a file's inode.</summary>
    public static uint GenerationOf(SafeFileHandle file, string path)
    {
        // The kernel writes an int, although the number of the request speaks of a long.
        Span<byte> answer = stackalloc byte[sizeof(long)];
        answer.Clear();
        fixed (byte* buffer = answer)
            LinuxFile.ThrowIfFailed(
                LibC.Ioctl(file, GetVersion, buffer), $"The generation of {path} could not be read");
        return BinaryPrimitives.ReadUInt32LittleEndian(answer);
    }

    private static Guid Ask(SafeFileHandle file, string path, nuint request, int answerBytes, int idOffset)
    {
        Span<byte> answer = stackalloc byte[answerBytes];
        answer.Clear();
        fixed (byte* buffer = answer)
            LinuxFile.ThrowIfFailed(
                LibC.Ioctl(file, request, buffer), $"The UUID of the file system of {path} could not be read");
        return new Guid(answer.Slice(idOffset, UuidBytes), bigEndian: true);
    }
}
