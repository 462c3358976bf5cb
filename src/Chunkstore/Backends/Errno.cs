using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>Error numbers of Linux (asm-generic/errno.h) that are told apart here.</summary>
internal static class Errno
{
    public const int NotPermitted = 1;
    public const int NoEntry = 2;
    public const int NoProcess = 3;
    public const int InputOutput = 5;
    public const int Exists = 17;
    public const int NotDirectory = 20;
    public const int IsDirectory = 21;
    public const int Invalid = 22;
    public const int NoSpace = 28;
    public const int NotImplemented = 38;
    public const int NotSupported = 95;
    public const int QuotaExceeded = 122;

    /// <summary>
    /// The error of the last call into the C library, as the exception that <see cref="IFileSystem"/> promises.
    /// </summary>
    public static IOException LastError(string call, string path)
    {
        var errno = Marshal.GetLastPInvokeError();
        return new IOException($"{call} of '{path}': {Marshal.GetPInvokeErrorMessage(errno)} (errno {errno})", errno);
    }
}
