using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.DataPlane.Devices.Linux;

/// <summary>Whole transfers at an offset: goes on after short ones, and fails where the device ends.</summary>
internal static unsafe class Transfer
{
    private delegate nint Call(SafeFileHandle handle, byte* buffer, nuint count, long offset);

    /// <summary>Fills the buffer.</summary>
    public static void Read(SafeFileHandle handle, string name, byte* buffer, int lengthBytes, long offsetBytes) =>
        Run(LibC.ReadAt, "reading", handle, name, buffer, lengthBytes, offsetBytes);

    /// <summary>Writes the buffer.</summary>
    public static void Write(SafeFileHandle handle, string name, byte* buffer, int lengthBytes, long offsetBytes) =>
        Run(LibC.WriteAt, "writing", handle, name, buffer, lengthBytes, offsetBytes);

    private static void Run(
        Call call, string verb, SafeFileHandle handle, string name, byte* buffer, int lengthBytes, long offsetBytes)
    {
        for (var done = 0; done < lengthBytes;)
        {
            var moved = call(handle, buffer + done, (nuint)(lengthBytes - done), offsetBytes + done);
            var errno = moved < 0 ? Marshal.GetLastPInvokeError() : 0;
            if (errno == ErrorNumbers.Interrupted)
            {
                continue;
            }

            if (moved <= 0)
            {
                throw DeviceException.Io(name, $"{verb} {lengthBytes - done} bytes", offsetBytes + done, errno);
            }

            done += (int)moved;
        }
    }
}
