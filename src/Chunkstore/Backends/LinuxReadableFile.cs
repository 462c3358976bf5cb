using System.IO.MemoryMappedFiles;
using Microsoft.Win32.SafeHandles;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>A file of this machine, open for reading.</summary>
internal sealed class LinuxReadableFile : IReadableFile
{
    private readonly SafeFileHandle _handle;

    public LinuxReadableFile(string path)
    {
        // Any other sharing would make the framework take a lock on the file, which costs a round trip on a network.
        _handle = File.OpenHandle(path, share: FileShare.ReadWrite | FileShare.Delete);
        LengthBytes = new FileInfo(path).Length;
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
