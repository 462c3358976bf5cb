using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>struct iovec (linux/uio.h), on hosts of 64 bits.</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct BufferVector
{
    public const int SizeBytes = 16;

    [FieldOffset(0)]
    public ulong Address;

    [FieldOffset(8)]
    public ulong LengthBytes;
}
