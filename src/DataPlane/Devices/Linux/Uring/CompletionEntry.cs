using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>struct io_uring_cqe (linux/io_uring.h): the end of one request, 16 bytes.</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct CompletionEntry
{
    public const int SizeBytes = 16;

    [FieldOffset(0)]
    public ulong UserData;

    /// <summary>Bytes transferred, or a negative error number.</summary>
    [FieldOffset(8)]
    public int Result;
}
