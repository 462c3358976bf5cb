using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>struct io_uring_sqe (linux/io_uring.h): one request, 64 bytes. What is not named here is zero.</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct SubmissionEntry
{
    public const int SizeBytes = 64;

    // IORING_ASYNC_CANCEL_ALL | IORING_ASYNC_CANCEL_ANY
    public const uint CancelEverything = (1u << 0) | (1u << 2);

    [FieldOffset(0)]
    public UringOperation Operation;

    [FieldOffset(4)]
    public int Fd;

    [FieldOffset(8)]
    public ulong OffsetBytes;

    [FieldOffset(16)]
    public ulong Address;

    [FieldOffset(24)]
    public uint LengthBytes;

    [FieldOffset(28)]
    public uint OperationFlags;

    [FieldOffset(32)]
    public ulong UserData;

    [FieldOffset(40)]
    public ushort BufferIndex;
}
