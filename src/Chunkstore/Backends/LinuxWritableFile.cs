using Microsoft.Win32.SafeHandles;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>A new file of this machine.</summary>
internal sealed class LinuxWritableFile : IWritableFile
{
    private readonly string _path;
    private readonly SafeFileHandle _handle;

    public LinuxWritableFile(string path)
    {
        _path = path;
        var options = new FileStreamOptions
        {
            Mode = FileMode.CreateNew,
            Access = FileAccess.Write,
            BufferSize = 0,
            UnixCreateMode = UnixFileMode.UserRead | UnixFileMode.UserWrite,
        };
        try
        {
            // The stream's handle outlives the stream object: the framework has no call that takes a mode and answers
            // a handle.
            _handle = new FileStream(path, options).SafeFileHandle;
        }
        catch (UnauthorizedAccessException exception)
        {
            throw new IOException(exception.Message, exception);
        }
    }

    public void Write(ReadOnlySpan<byte> bytes, long offsetBytes) => RandomAccess.Write(_handle, bytes, offsetBytes);

    public void FlushData()
    {
        if (Libc.FlushData(_handle) < 0)
        {
            throw Errno.LastError("fdatasync", _path);
        }
    }

    public void Dispose() => _handle.Dispose();
}
