using System.Buffers.Binary;
using BackupEngine.DataPlane.Devices;

namespace BackupEngine.DataPlane.Nbd.Images;

/// <summary>
/// The beginning of a qcow2 file (QEMU's docs/interop/qcow2.txt), as far as it decides whether the file may be opened.
/// </summary>
/// <param name="Version">2 or 3.</param>
/// <param name="HasBackingFile">Whether it names another file that holds a part of the volume.</param>
/// <param name="HasDataFile">Whether the data are in another file that it names.</param>
internal sealed record Qcow2Header(uint Version, bool HasBackingFile, bool HasDataFile)
{
    private const uint Magic = 0x514649fb;
    private const int Bytes = 80;
    private const ulong ExternalDataFile = 1 << 2;

    /// <summary>Whether a file begins as qcow2 does. So may a raw volume whose guest wants it to.</summary>
    /// <exception cref="DeviceException">It cannot be read.</exception>
    public static bool IsAt(string path) =>
        File.Exists(path) && ReadStart(path) is var start && start.Length >= sizeof(uint)
        && BinaryPrimitives.ReadUInt32BigEndian(start) == Magic;

    /// <summary>Reads it.</summary>
    /// <exception cref="DeviceException">NotUsable: not a qcow2 file, or of an unknown version.</exception>
    public static Qcow2Header Read(string path)
    {
        var start = ReadStart(path);
        if (start.Length < Bytes || BinaryPrimitives.ReadUInt32BigEndian(start) != Magic)
        {
            throw new DeviceException(DeviceErrorKind.NotUsable, $"{path} is not a qcow2 image.");
        }

        var version = BinaryPrimitives.ReadUInt32BigEndian(start.AsSpan(4));
        if (version is not (2 or 3))
        {
            throw new DeviceException(DeviceErrorKind.NotUsable, $"{path} is a qcow2 image of version {version}.");
        }

        var features = version == 2 ? 0 : BinaryPrimitives.ReadUInt64BigEndian(start.AsSpan(72));
        return new Qcow2Header(
            version,
            BinaryPrimitives.ReadUInt64BigEndian(start.AsSpan(8)) != 0,
            (features & ExternalDataFile) != 0);
    }

    private static byte[] ReadStart(string path)
    {
        try
        {
            using var file = new FileStream(path, FileMode.Open, FileAccess.Read, FileShare.ReadWrite, bufferSize: 0);
            var start = new byte[Bytes];
            return start[..file.ReadAtLeast(start, Bytes, throwOnEndOfStream: false)];
        }
        catch (Exception e) when (e is FileNotFoundException or DirectoryNotFoundException)
        {
            throw new DeviceException(DeviceErrorKind.NotFound, $"{path}: nothing is there.", e);
        }
        catch (Exception e) when (e is IOException or UnauthorizedAccessException)
        {
            throw new DeviceException(DeviceErrorKind.NotUsable, $"{path} cannot be read: {e.Message}", e);
        }
    }
}
