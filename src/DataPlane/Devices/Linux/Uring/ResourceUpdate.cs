using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>struct io_uring_rsrc_update2 (linux/io_uring.h): fills places of the table of buffers.</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct ResourceUpdate
{
    public const int SizeBytes = 32;

    [FieldOffset(0)]
    public uint First;

    /// <summary>Address of the array of struct iovec.</summary>
    [FieldOffset(8)]
    public ulong Data;

    [FieldOffset(24)]
    public uint Count;
}
