namespace BackupEngine.DataPlane.Devices.Linux;

/// <summary>The type bits of a file's mode (linux/stat.h, S_IFMT).</summary>
internal enum FileKind
{
    Fifo = 0x1000,
    CharacterDevice = 0x2000,
    Directory = 0x4000,
    BlockDevice = 0x6000,
    RegularFile = 0x8000,
    SymbolicLink = 0xA000,
    Socket = 0xC000,
}
