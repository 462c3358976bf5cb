using System.Runtime.InteropServices;

namespace BackupEngine.ControlPlane.VolumeService.Linux;

/// <summary>
/// What statx(2) answers, as far as it is used. Source: linux/stat.h; 256 bytes on every architecture.
/// </summary>
[StructLayout(LayoutKind.Explicit, Size = 256)]
internal struct StatxBuffer
{
    /// <summary>STATX_BASIC_STATS and STATX_BTIME.</summary>
    public const uint BasicAndBirth = 0x0fff;

    /// <summary>STATX_DIOALIGN, known since Linux 6.1.</summary>
    public const uint DirectAlignment = 0x2000;

    [FieldOffset(0)]
    public uint Mask;

    [FieldOffset(32)]
    public ulong Inode;

    [FieldOffset(40)]
    public long SizeBytes;

    [FieldOffset(80)]
    public long BirthSeconds;

    [FieldOffset(88)]
    public uint BirthNanoseconds;

    [FieldOffset(96)]
    public long ChangeSeconds;

    [FieldOffset(104)]
    public uint ChangeNanoseconds;

    [FieldOffset(112)]
    public long ModifySeconds;

    [FieldOffset(120)]
    public uint ModifyNanoseconds;

    [FieldOffset(156)]
    public uint DirectOffsetAlignmentBytes;
}
