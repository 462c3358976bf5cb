using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.GarbageCollection.Interleavings.Disk;

/// <summary>A file in memory: written from its beginning to its end, then read.</summary>
internal sealed class MemoryFile : IWritableFile, IReadableFile, IMappedObject
{
    private byte[] _bytes = [];

    public long LengthBytes => _bytes.Length;

    public void Write(ReadOnlySpan<byte> bytes, long offsetBytes)
    {
        var end = (int)offsetBytes + bytes.Length;
        if (end > _bytes.Length)
        {
            Array.Resize(ref _bytes, end);
        }

        bytes.CopyTo(_bytes.AsSpan((int)offsetBytes));
    }

    public void FlushData()
    {
        // Nothing is lost here.
    }

    public int Read(Span<byte> destination, long offsetBytes)
    {
        var from = _bytes.AsSpan((int)Math.Min(offsetBytes, _bytes.Length));
        from = from[..Math.Min(from.Length, destination.Length)];
        from.CopyTo(destination);
        return from.Length;
    }

    public IMappedObject Map() => this;

    public ReadOnlySpan<byte> Slice(long offsetBytes, int lengthBytes) =>
        _bytes.AsSpan((int)offsetBytes, lengthBytes);

    public void Dispose()
    {
        // Open or closed makes no difference here.
    }
}
