namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.ExtentMaps;

/// <summary>Flags of an extent. Source: linux/fiemap.h.</summary>
[Flags]
internal enum ExtentFlags : uint
{
    None = 0,
    Last = 0x1,
    Unknown = 0x2,
    DelayedAllocation = 0x4,
    Encoded = 0x8,
    Encrypted = 0x80,
    NotAligned = 0x100,
    Inline = 0x200,
    Tail = 0x400,
    Unwritten = 0x800,
    Merged = 0x1000,
    Shared = 0x2000,
}
