using System.Runtime.CompilerServices;

namespace BackupEngine.DataPlane.Devices.Linux.Uring;

/// <summary>Which operations the kernel can do: struct io_uring_probe (linux/io_uring.h).</summary>
internal static unsafe class UringProbe
{
    public const int HeaderBytes = 16;
    public const int OperationBytes = 8;

    // IO_URING_OP_SUPPORTED
    private const ushort Supported = 1;
    private const int MostOperations = 256;

    /// <summary>Asks for all of them.</summary>
    /// <returns>0, or the error number where the kernel cannot even be asked.</returns>
    public static int Ask(Ring ring, ReadOnlySpan<UringOperation> needed, out UringOperation? missing)
    {
        missing = null;
        var answer = stackalloc byte[HeaderBytes + (MostOperations * OperationBytes)];
        Unsafe.InitBlock(answer, 0, HeaderBytes + (MostOperations * OperationBytes));
        var errno = ring.Register(UringRegistration.Probe, answer, MostOperations);
        if (errno != 0)
        {
            return errno;
        }

        foreach (var operation in needed)
        {
            // An operation behind the last that the kernel knows has no flags, as all that was not filled in.
            var flags = *(ushort*)(answer + HeaderBytes + ((int)operation * OperationBytes) + 2);
            missing ??= (flags & Supported) == 0 ? operation : null;
        }

        return 0;
    }
}
