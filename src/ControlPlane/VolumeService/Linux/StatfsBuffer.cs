using System.Runtime.InteropServices;

namespace BackupEngine.ControlPlane.VolumeService.Linux;

/// <summary>
/// What fstatfs(2) answers on 64-bit Linux, as far as it is used. Source: asm-generic/statfs.h, linux/magic.h.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 120)]
internal struct StatfsBuffer
{
    public const long Xfs = 0x58465342;
    public const long Btrfs = 0x9123683e;

    [FieldOffset(0)]
    public long Type;

    [FieldOffset(8)]
    public long BlockSizeBytes;
}
