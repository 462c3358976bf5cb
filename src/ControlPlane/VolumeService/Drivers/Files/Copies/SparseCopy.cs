using System.Runtime.InteropServices;
using BackupEngine.ControlPlane.VolumeService.Linux;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.ControlPlane.VolumeService.Drivers.Files.Copies;

/// <summary>Copies the data of a file and leaves its holes holes. Inside the kernel where it can.</summary>
internal static class SparseCopy
{
    /// <summary>Between two looks at the cancellation token.</summary>
    private const int StepBytes = 32 << 20;

    private const int BufferBytes = 1 << 20;

    /// <summary>Copies the first <paramref name="lengthBytes"/> bytes to an empty file.</summary>
    public static void Copy(
        SafeFileHandle source,
        SafeFileHandle target,
        long lengthBytes,
        string sourcePath,
        CancellationToken cancellationToken)
    {
        LinuxFile.SetLength(target, lengthBytes, "the copy of " + sourcePath);
        var position = 0L;
        while (position < lengthBytes)
        {
            if (LinuxFile.NextData(source, position, sourcePath) is not { } data || data >= lengthBytes)
                return;
            var end = Math.Min(lengthBytes, LinuxFile.NextHole(source, data, sourcePath));
            CopyRange(source, target, data, end, sourcePath, cancellationToken);
            position = end;
        }
    }

    private static void CopyRange(
        SafeFileHandle source,
        SafeFileHandle target,
        long start,
        long end,
        string sourcePath,
        CancellationToken cancellationToken)
    {
        while (start < end)
        {
            cancellationToken.ThrowIfCancellationRequested();
            var step = Math.Min(StepBytes, end - start);
            var copied = CopyInKernel(source, target, start, step, sourcePath);
            if (copied == 0)
            {
                CopyThroughBuffer(source, target, start, step, sourcePath);
                copied = step;
            }

            start += copied;
        }
    }

    // 0: the kernel does not copy between these two files, or not here.
    private static long CopyInKernel(
        SafeFileHandle source, SafeFileHandle target, long start, long length, string sourcePath)
    {
        long from = start, to = start;
        var copied = LibC.CopyFileRange(source, ref from, target, ref to, (nuint)length, 0);
        if (copied < 0 && Marshal.GetLastPInvokeError() is ErrorNumbers.CrossDevice or ErrorNumbers.InvalidArgument
            or ErrorNumbers.NoSystemCall or ErrorNumbers.NotSupported)
            return 0;
        LinuxFile.ThrowIfFailed(copied, $"{sourcePath} could not be copied");
        return copied;
    }

    private static void CopyThroughBuffer(
        SafeFileHandle source, SafeFileHandle target, long start, long length, string sourcePath)
    {
        var buffer = GC.AllocateUninitializedArray<byte>((int)Math.Min(BufferBytes, length));
        for (var done = 0L; done < length;)
        {
            var wanted = (int)Math.Min(buffer.Length, length - done);
            var read = RandomAccess.Read(source, buffer.AsSpan(0, wanted), start + done);
            if (read == 0)
                throw new EndOfStreamException($"{sourcePath} ended at byte {start + done} while it was copied.");
            RandomAccess.Write(target, buffer.AsSpan(0, read), start + done);
            done += read;
        }
    }
}
