using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>struct io_sqring_offsets (linux/io_uring.h): where things are in the submission ring.</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct SubmissionOffsets
{
    public const int SizeBytes = 40;

    [FieldOffset(0)]
    public uint Head;

    [FieldOffset(4)]
    public uint Tail;

    [FieldOffset(8)]
    public uint Mask;

    [FieldOffset(24)]
    public uint Array;
}
