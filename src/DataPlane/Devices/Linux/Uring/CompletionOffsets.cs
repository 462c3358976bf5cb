using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>struct io_cqring_offsets (linux/io_uring.h): where things are in the completion ring.</summary>
[StructLayout(LayoutKind.Explicit, Size = SizeBytes)]
internal struct CompletionOffsets
{
    public const int SizeBytes = 40;

    [FieldOffset(0)]
    public uint Head;

    [FieldOffset(4)]
    public uint Tail;

    [FieldOffset(8)]
    public uint Mask;

    [FieldOffset(20)]
    public uint Entries;
}
