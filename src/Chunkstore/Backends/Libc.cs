using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>
/// The C library's calls that the framework does not offer. Each answers -1 and sets errno on failure.
/// </summary>
internal static partial class Libc
{
    public const int OpenReadOnly = 0;

    public const int OpenWriteOnly = 1;

    public const int OpenCreate = 0x40;

    public const int OpenExclusive = 0x80;

    /// <summary>Mode 0600.</summary>
    public const int OwnerReadWrite = 0x180;

    /// <summary>O_DIRECT, which is another bit on arm64.</summary>
    public static int OpenDirect => RuntimeInformation.ProcessArchitecture == Architecture.Arm64 ? 0x10000 : 0x4000;

    /// <summary>O_CLOEXEC, the same on x86-64 and arm64.</summary>
    public const int OpenCloseOnExec = 0x80000;

    /// <summary>AT_FDCWD.</summary>
    public const int CurrentDirectory = -100;

    /// <summary>RENAME_NOREPLACE of linux/fs.h.</summary>
    public const uint RenameNoReplaceFlag = 1;

    /// <summary>MADV_HUGEPAGE of asm-generic/mman-common.h.</summary>
    public const int AdviseHugePage = 14;

    /// <summary>MADV_RANDOM of asm-generic/mman-common.h.</summary>
    public const int AdviseRandom = 1;

    /// <summary>POSIX_FADV_WILLNEED of linux/fadvise.h.</summary>
    public const int AdviseWillNeed = 3;

    /// <summary>POSIX_FADV_NOREUSE of linux/fadvise.h: what is read does not push out what is used often.</summary>
    public const int AdviseNoReuse = 5;

    [LibraryImport("libc", EntryPoint = "open", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Open(string path, int flags, int mode);

    [LibraryImport("libc", EntryPoint = "close", SetLastError = true)]
    public static partial int Close(int descriptor);

    [LibraryImport("libc", EntryPoint = "fsync", SetLastError = true)]
    public static partial int FlushDescriptor(int descriptor);

    [LibraryImport("libc", EntryPoint = "fdatasync", SetLastError = true)]
    public static partial int FlushData(SafeFileHandle file);

    /// <summary>Answers with the error number itself.</summary>
    [LibraryImport("libc", EntryPoint = "posix_fadvise")]
    public static partial int AdviseFile(SafeFileHandle file, long offset, long length, int advice);

    [LibraryImport("libc", EntryPoint = "renameat2", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int RenameAt(int oldDirectory, string path, int newDirectory, string newPath, uint flags);

    [LibraryImport("libc", EntryPoint = "link", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Link(string path, string newPath);

    [LibraryImport("libc", EntryPoint = "unlink", SetLastError = true, StringMarshalling = StringMarshalling.Utf8)]
    public static partial int Unlink(string path);

    /// <summary>Signal 0 only asks whether the process is there.</summary>
    [LibraryImport("libc", EntryPoint = "kill", SetLastError = true)]
    public static partial int Signal(int pid, int signal);

    [LibraryImport("libc", EntryPoint = "madvise", SetLastError = true)]
    public static unsafe partial int Advise(void* address, nuint length, int advice);
}
