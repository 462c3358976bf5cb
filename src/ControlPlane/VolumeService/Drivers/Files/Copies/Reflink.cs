using System.Runtime.InteropServices;
using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Copies;

/// <summary>
/// Clones files with FICLONE. The kernel first writes back what is dirty of the source, and clones it as of one moment.
/// </summary>
internal static class Reflink
{
    private const nuint Clone = 0x40049409;

    public static void CloneWhole(SafeFileHandle source, SafeFileHandle target, string sourcePath)
    {
        if (!TryClone(source, target))
            throw LinuxFile.LastError($"{sourcePath} could not be cloned");
    }

    public static bool TryClone(SafeFileHandle source, SafeFileHandle target)
    {
        var referenced = false;
        try
        {
            source.DangerousAddRef(ref referenced);
            return LibC.IoctlValue(target, Clone, source.DangerousGetHandle()) == 0;
        }
        finally
        {
            if (referenced)
                source.DangerousRelease();
        }
    }

    /// <summary>Why the last <see cref="TryClone"/> of this thread failed, in words.</summary>
    public static string LastFailure() => Marshal.GetPInvokeErrorMessage(Marshal.GetLastPInvokeError());
}
