using System.Collections.Concurrent;
using System.Runtime.InteropServices;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>The file system of this machine.</summary>
internal sealed class LinuxFileSystem : IFileSystem
{
    private const UnixFileMode OwnerOnly = UnixFileMode.UserRead | UnixFileMode.UserWrite | UnixFileMode.UserExecute;

    private readonly ConcurrentDictionary<string, bool> _fallbacks = new(StringComparer.Ordinal);

    public IReadOnlyCollection<string> Fallbacks => [.. _fallbacks.Keys.Order(StringComparer.Ordinal)];

    public void CreateDirectory(string path) => Guard(path, () => Directory.CreateDirectory(path, OwnerOnly));

    public IWritableFile CreateFile(string path) =>
        new LinuxWritableFile(path, refusal => _fallbacks.TryAdd(refusal, true));

    public bool RenameNoReplace(string path, string newPath)
    {
        if (Libc.RenameAt(Libc.CurrentDirectory, path, Libc.CurrentDirectory, newPath, Libc.RenameNoReplaceFlag) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() switch
        {
            Errno.Exists => false,
            // File systems without that flag (NFS, some FUSE ones) have link, which never replaces either.
            Errno.Invalid or Errno.NotImplemented or Errno.NotSupported => LinkAndUnlink(path, newPath),
            _ => throw Errno.LastError("rename", newPath),
        };
    }

    public void FlushDirectory(string path)
    {
        var descriptor = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0);
        if (descriptor < 0)
        {
            throw Errno.LastError("open", path);
        }

        var result = Libc.FlushDescriptor(descriptor);
        var error = result < 0 ? Errno.LastError("fsync of the directory", path) : null;
        _ = Libc.Close(descriptor);
        if (error is not null)
        {
            throw error;
        }
    }

    public bool Delete(string path)
    {
        if (Libc.Unlink(path) == 0)
        {
            return true;
        }

        return Marshal.GetLastPInvokeError() == Errno.NoEntry ? false : throw Errno.LastError("unlink", path);
    }

    /// <remarks>
    /// Most of what is looked for and not there is expected not to be: an error number costs less than the exception
    /// of the framework's open, which takes some milliseconds the first time.
    /// </remarks>
    public IReadableFile? OpenFile(string path)
    {
        var descriptor = Libc.Open(path, Libc.OpenReadOnly | Libc.OpenCloseOnExec, 0);
        if (descriptor >= 0)
        {
            return LinuxReadableFile.Of(new SafeFileHandle(descriptor, ownsHandle: true), path);
        }

        return Marshal.GetLastPInvokeError() is Errno.NoEntry or Errno.NotDirectory
            ? null
            : throw Errno.LastError("open", path);
    }

    public IReadOnlyList<FileEntry>? List(string path)
    {
        try
        {
            return [.. new DirectoryInfo(path).EnumerateFileSystemInfos().Select(Describe).OfType<FileEntry>()];
        }
        catch (DirectoryNotFoundException)
        {
            return null;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    /// <summary>Null for a file that was deleted since the directory was read.</summary>
    private static FileEntry? Describe(FileSystemInfo info)
    {
        try
        {
            return new FileEntry(info.Name, info is DirectoryInfo, info is FileInfo file ? file.Length : 0);
        }
        catch (FileNotFoundException)
        {
            return null;
        }
    }

    private bool LinkAndUnlink(string path, string newPath)
    {
        _fallbacks.TryAdd("The file system refuses renameat2(RENAME_NOREPLACE); link and unlink are used.", true);
        if (Libc.Link(path, newPath) < 0)
        {
            return Marshal.GetLastPInvokeError() == Errno.Exists ? false : throw Errno.LastError("link", newPath);
        }

        // The new name is there: a temporary name that stays is cleaned with its session.
        _ = Libc.Unlink(path);
        return true;
    }

    private static void Guard(string path, Action action)
    {
        try
        {
            action();
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException($"{path}: {exception.Message}", exception);
        }
    }
}
