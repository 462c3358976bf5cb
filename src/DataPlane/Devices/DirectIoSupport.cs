using System.Runtime.InteropServices;
using BackupEngine.DataPlane.Devices.Linux;
using BackupEngine.DataPlane.Memory;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Devices;

/// <summary>Whether and how direct I/O works on an open device.</summary>
/// <param name="Handle">The direct handle; null where there is none.</param>
/// <param name="BlockBytes">The unit of direct transfers and of zeroing, in bytes.</param>
/// <param name="Refused">Why there is no direct handle although it was asked for; null otherwise.</param>
internal sealed record DirectIoSupport(SafeFileHandle? Handle, int BlockBytes, string? Refused)
{
    /// <summary>The page size, and what file systems require as a rule.</summary>
    public const int UsualBlockBytes = 4096;

    /// <summary>Direct I/O that was not asked for.</summary>
    public static DirectIoSupport Unwanted(SafeFileHandle buffered, string name, FileKind kind) => new(
        Handle: null,
        kind == FileKind.BlockDevice ? DeviceFile.LogicalBlockSize(buffered, name) : UsualBlockBytes,
        Refused: null);

    /// <summary>Opens the device a second time, directly, and finds out its alignment.</summary>
    public static DirectIoSupport Probe(SafeFileHandle buffered, string name, FileKind kind, DeviceAccess access)
    {
        var flags = OpenFlags.Direct | (access == DeviceAccess.Read ? OpenFlags.ReadOnly : OpenFlags.ReadWrite);
        var errno = DeviceFile.TryOpen($"/proc/self/fd/{buffered.DangerousGetHandle()}", flags, out var handle);
        if (errno != 0)
        {
            return Refuse($"{name}: the file system refuses to open it with O_DIRECT: {ErrorNumbers.Describe(errno)}");
        }

        try
        {
            var support = kind == FileKind.BlockDevice
                ? WithAlignment(handle!, name, DeviceFile.LogicalBlockSize(handle!, name))
                : OfFile(handle!, name);
            DisposeUnless(support.Refused is null, handle!);
            return support;
        }
        catch
        {
            handle!.Dispose();
            throw;
        }
    }

    private static DirectIoSupport OfFile(SafeFileHandle handle, string name)
    {
        var stat = DeviceFile.Stat(handle, name);
        if ((stat.Mask & StatxBuffer.DirectIoAlignment) == 0)
        {
            return ByTrial(handle, name);
        }

        var alignment = Math.Max(stat.DirectOffsetAlignmentBytes, stat.DirectMemoryAlignmentBytes);
        return stat.DirectOffsetAlignmentBytes == 0
            ? Refuse($"{name}: its file system does no direct I/O on it")
            : WithAlignment(handle, name, checked((int)alignment));
    }

    /// <summary>
    /// For kernels and file systems that do not tell their alignment: the usual one works, or direct I/O is not used.
    /// </summary>
    private static unsafe DirectIoSupport ByTrial(SafeFileHandle handle, string name)
    {
        var buffer = NativeMemory.AlignedAlloc(UsualBlockBytes, UsualBlockBytes);
        try
        {
            var failed = LibC.ReadAt(handle, (byte*)buffer, UsualBlockBytes, 0) < 0;
            return failed && Marshal.GetLastPInvokeError() == ErrorNumbers.Invalid
                ? Refuse($"{name}: its file system refuses direct transfers of {UsualBlockBytes} bytes")
                : new DirectIoSupport(handle, UsualBlockBytes, Refused: null);
        }
        finally
        {
            NativeMemory.AlignedFree(buffer);
        }
    }

    private static DirectIoSupport WithAlignment(SafeFileHandle handle, string name, int blockBytes) =>
        blockBytes <= AlignedBufferPool.AlignmentBytes
            ? new DirectIoSupport(handle, blockBytes, Refused: null)
            : Refuse($"{name}: direct I/O on it needs buffers aligned to {blockBytes} bytes", blockBytes);

    private static DirectIoSupport Refuse(string reason, int blockBytes = UsualBlockBytes) =>
        new(Handle: null, blockBytes, reason);

    private static void DisposeUnless(bool kept, SafeFileHandle handle)
    {
        if (!kept)
        {
            handle.Dispose();
        }
    }
}
