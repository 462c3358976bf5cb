using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>A file of this machine, open for reading.</summary>
internal sealed class LinuxReadableFile : IReadableFile
{
    private readonly SafeFileHandle _handle;

    private LinuxReadableFile(SafeFileHandle handle, long lengthBytes)
    {
        (_handle, LengthBytes) = (handle, lengthBytes);
    }

    /// <summary>
    /// Takes a handle over; no lock is taken on the file, which would cost a round trip on a network. Null where its
    /// name is gone by now.
    /// </summary>
    /// <exception cref="IOException">It is a directory, or cannot be looked at.</exception>
    public static LinuxReadableFile? Of(SafeFileHandle handle, string path)
    {
        try
        {
            return File.GetAttributes(handle).HasFlag(FileAttributes.Directory)
                ? throw new IOException($"open of '{path}': it is a directory", Errno.IsDirectory)
                : new LinuxReadableFile(handle, new FileInfo(path).Length);
        }
        catch (Exception exception)
        {
            handle.Dispose();
            if (exception is FileNotFoundException)
            {
                return null;
            }

            throw;
        }
    }

    public long LengthBytes { get; }

    public int Read(Span<byte> destination, long offsetBytes)
    {
        var total = 0;
        while (total < destination.Length)
        {
            var read = RandomAccess.Read(_handle, destination[total..], offsetBytes + total);
            if (read == 0)
            {
                break;
            }

            total += read;
        }

        return total;
    }

    public void Prefetch(long offsetBytes, long lengthBytes)
    {
        _ = Libc.AdviseFile(_handle, offsetBytes, lengthBytes, Libc.AdviseNoReuse);
        _ = Libc.AdviseFile(_handle, offsetBytes, lengthBytes, Libc.AdviseWillNeed);
    }

    public IMappedObject Map()
    {
        const MemoryMappedFileAccess Access = MemoryMappedFileAccess.Read;
        var file = MemoryMappedFile.CreateFromFile(
            _handle, mapName: null, LengthBytes, Access, HandleInheritability.None, leaveOpen: true);
        return new LinuxMappedFile(file, LengthBytes);
    }

    public void Dispose() => _handle.Dispose();
}
