using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Text;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Exports;

/// <summary>struct loop_config with struct loop_info64 in it. Source: linux/loop.h.</summary>
[StructLayout(LayoutKind.Explicit, Size = 304)]
internal unsafe struct LoopConfiguration
{
    public const uint ReadOnlyFlag = 1;
    public const uint AutoclearFlag = 4;
    public const uint DirectFlag = 16;

    /// <summary>Offset of struct loop_info64: LOOP_GET_STATUS64 fills that part alone.</summary>
    public const int InformationOffset = 8;

    private const int NameBytes = 64;

    [FieldOffset(0)]
    public uint FileDescriptor;

    [FieldOffset(4)]
    public uint BlockBytes;

    [FieldOffset(InformationOffset + 52)]
    public uint Flags;

    [FieldOffset(InformationOffset + 56)]
    private fixed byte _name[NameBytes];

    /// <summary>A name that the kernel keeps with the device; it has no other meaning there.</summary>
    public string Name
    {
        readonly get
        {
            ReadOnlySpan<byte> name = MemoryMarshal.CreateReadOnlySpan(in Unsafe.AsRef(in _name[0]), NameBytes);
            var end = name.IndexOf((byte)0);
            return Encoding.ASCII.GetString(end < 0 ? name : name[..end]);
        }

        set
        {
            var name = MemoryMarshal.CreateSpan(ref _name[0], NameBytes);
            name.Clear();
            Encoding.ASCII.GetBytes(value, name[..^1]);
        }
    }
}
