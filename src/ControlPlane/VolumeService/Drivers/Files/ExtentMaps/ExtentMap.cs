using System.Runtime.InteropServices;
using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;

/// <summary>Reads extent maps with FS_IOC_FIEMAP, page by page: a file may have millions of extents.</summary>
internal static unsafe class ExtentMap
{
    private const nuint Fiemap = 0xc020660b;
    private const uint SyncFirst = 1;
    private const int ExtentsPerPage = 1024;

    /// <summary>
    /// The extents of a file up to a length, in the order of their offsets. Dirty pages are written back first.
    /// </summary>
    /// <exception cref="LinuxException">The file system has no such map.</exception>
    /// <exception cref="InvalidDataException">The map contradicts itself.</exception>
    public static IEnumerable<FileExtent> Read(
        SafeFileHandle file, string path, long lengthBytes, bool sync = true, int extentsPerPage = ExtentsPerPage)
    {
        var page = new FileExtent[extentsPerPage];
        var position = 0L;
        while (position < lengthBytes)
        {
            var count = ReadPage(file, path, position, lengthBytes - position, sync, page);
            for (var i = 0; i < count; i++)
            {
                yield return Checked(page[i], position, path);
                position = page[i].EndBytes;
            }

            if (count == 0 || page[count - 1].Flags.HasFlag(ExtentFlags.Last))
                yield break;
        }
    }

    private static FileExtent Checked(FileExtent extent, long position, string path)
    {
        // An extent that reaches back over the start of a page was reported whole: cut it there.
        var cut = position - extent.OffsetBytes;
        if (cut > 0 && cut < extent.LengthBytes)
            extent = new FileExtent(position, extent.PhysicalBytes + cut, extent.LengthBytes - cut, extent.Flags);
        return extent.OffsetBytes >= position && extent.LengthBytes > 0
            ? extent
            : throw new InvalidDataException(
                $"The extent map of {path} contradicts itself: after byte {position} it reports {extent}.");
    }

    private static int ReadPage(
        SafeFileHandle file, string path, long start, long lengthBytes, bool sync, FileExtent[] page)
    {
        var bytes = (nuint)(sizeof(MapHeader) + (page.Length * sizeof(MapEntry)));
        var buffer = NativeMemory.AllocZeroed(bytes);
        try
        {
            var header = (MapHeader*)buffer;
            header->Start = start;
            header->Length = lengthBytes;
            header->Flags = sync ? SyncFirst : 0;
            header->ExtentCount = (uint)page.Length;
            LinuxFile.ThrowIfFailed(LibC.Ioctl(file, Fiemap, buffer), $"The extent map of {path} could not be read");
            var entries = new ReadOnlySpan<MapEntry>(header + 1, checked((int)header->MappedExtents));
            for (var i = 0; i < entries.Length; i++)
                page[i] = entries[i].ToExtent();
            return entries.Length;
        }
        finally
        {
            NativeMemory.Free(buffer);
        }
    }

    [StructLayout(LayoutKind.Explicit, Size = 32)]
    private struct MapHeader
    {
        [FieldOffset(0)]
        public long Start;

        [FieldOffset(8)]
        public long Length;

        [FieldOffset(16)]
        public uint Flags;

        [FieldOffset(20)]
        public uint MappedExtents;

        [FieldOffset(24)]
        public uint ExtentCount;
    }

    [StructLayout(LayoutKind.Explicit, Size = 56)]
    private struct MapEntry
    {
        [FieldOffset(0)]
        private readonly long _offset;

        [FieldOffset(8)]
        private readonly long _physical;

        [FieldOffset(16)]
        private readonly long _length;

        [FieldOffset(40)]
        private readonly uint _flags;

        public readonly FileExtent ToExtent() => new(_offset, _physical, _length, (ExtentFlags)_flags);
    }
}
