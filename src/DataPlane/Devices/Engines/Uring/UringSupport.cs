using BackupEngine.DataPlane.Devices.Linux;
using BackupEngine.DataPlane.Devices.Linux.Uring;

namespace BackupEngine.DataPlane.Devices.Engines.Uring;

/// <summary>Whether io_uring is to be had here.</summary>
internal static class UringSupport
{
    private static readonly UringOperation[] Needed =
        [UringOperation.Read, UringOperation.Write, UringOperation.ReadFixed, UringOperation.WriteFixed];

    /// <summary>Opens a ring and asks what it can do.</summary>
    /// <returns>Why it is not to be had, in words; null where it is.</returns>
    public static string? Refusal(IUringKernel kernel)
    {
        var errno = Ring.TryOpen(kernel, 1, oneThread: false, out var ring);
        if (errno != 0)
        {
            return Describe(errno);
        }

        using (ring)
        {
            errno = UringProbe.Ask(ring!, Needed, out var missing);
            return errno == 0
                ? missing is { } operation ? $"io_uring of this kernel cannot do {operation}" : null
                : $"io_uring of this kernel does not say what it can do: {ErrorNumbers.Describe(errno)}";
        }
    }

    /// <summary>An error of opening a ring, in words.</summary>
    public static string Describe(int errno) => errno switch
    {
        ErrorNumbers.NotImplemented => "this kernel has no io_uring, or too old a one (5.6 is needed)",
        ErrorNumbers.NotPermitted =>
            "io_uring is forbidden here, by a seccomp filter or by the sysctl kernel.io_uring_disabled",
        ErrorNumbers.NoMemory =>
            "io_uring was refused memory: RLIMIT_MEMLOCK (ulimit -l) is too low, or the host has none left",
        _ => $"io_uring was refused: {ErrorNumbers.Describe(errno)}",
    };
}
