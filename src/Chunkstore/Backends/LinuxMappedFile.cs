using System.IO.MemoryMappedFiles;

namespace BackupEngine.Chunkstore.Backends;

/// <summary>A file mapped into memory, told to the kernel as read at random so that one probe reads one page.</summary>
internal sealed unsafe class LinuxMappedFile : IMappedObject
{
    private readonly MemoryMappedFile _file;
    private readonly MemoryMappedViewAccessor _view;
    private byte* _bytes;

    public LinuxMappedFile(MemoryMappedFile file, long lengthBytes)
    {
        _file = file;
        LengthBytes = lengthBytes;
        _view = file.CreateViewAccessor(0, lengthBytes, MemoryMappedFileAccess.Read);
        _view.SafeMemoryMappedViewHandle.AcquirePointer(ref _bytes);
        // Advice only: a refusal changes the speed, not the result.
        _ = Libc.Advise(_bytes, (nuint)lengthBytes, Libc.AdviseRandom);
    }

    public long LengthBytes { get; }

    public ReadOnlySpan<byte> Slice(long offsetBytes, int lengthBytes)
    {
        ObjectDisposedException.ThrowIf(_bytes is null, this);
        if (offsetBytes < 0 || lengthBytes < 0 || offsetBytes > LengthBytes - lengthBytes)
        {
            throw new ArgumentOutOfRangeException(
                nameof(offsetBytes), offsetBytes, $"The file has {LengthBytes} bytes.");
        }

        return new ReadOnlySpan<byte>(_bytes + offsetBytes, lengthBytes);
    }

    public void Dispose()
    {
        if (_bytes is not null)
        {
            _bytes = null;
            _view.SafeMemoryMappedViewHandle.ReleasePointer();
            _view.Dispose();
            _file.Dispose();
        }
    }
}
