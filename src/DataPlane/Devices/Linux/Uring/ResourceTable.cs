using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>struct io_uring_rsrc_register (linux/io_uring.h): a table of registered buffers, empty at first.</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct ResourceTable
{
    public const int SizeBytes = 32;

    // IORING_RSRC_REGISTER_SPARSE
    public const uint Sparse = 1u << 0;

    [FieldOffset(0)]
    public uint Entries;

    [FieldOffset(4)]
    public uint Flags;
}
