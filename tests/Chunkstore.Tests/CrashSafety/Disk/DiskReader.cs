using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>A file of a <see cref="RecordingDisk"/> that is open for reading or mapped.</summary>
internal sealed class DiskReader(byte[] bytes) : IReadableFile, IMappedObject
{
    public long LengthBytes => bytes.Length;

    public int Read(Span<byte> destination, long offsetBytes)
    {
        var from = bytes.AsSpan((int)Math.Min(offsetBytes, bytes.Length));
        from = from[..Math.Min(from.Length, destination.Length)];
        from.CopyTo(destination);
        return from.Length;
    }

    public IMappedObject Map() => this;

    public ReadOnlySpan<byte> Slice(long offsetBytes, int lengthBytes) =>
        bytes.AsSpan((int)offsetBytes, lengthBytes);

    public void Dispose()
    {
        // Memory only.
    }
}
