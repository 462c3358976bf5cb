using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices;

/// <summary>
/// 1 MiB of zeros, aligned for direct I/O, shared by the process and never freed: what is written where zeroing is
/// refused.
/// </summary>
internal static unsafe class ZeroBuffer
{
    public const int LengthBytes = 1024 * 1024;

    private static readonly nint Memory = Allocate();

    public static byte* Address => (byte*)Memory;

    private static nint Allocate()
    {
        var memory = NativeMemory.AlignedAlloc(LengthBytes, DataPlane.Memory.AlignedBufferPool.AlignmentBytes);
        NativeMemory.Clear(memory, LengthBytes);
        return (nint)memory;
    }
}
