using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>A file of a <see cref="RecordingDisk"/> that is open for writing.</summary>
internal sealed class DiskWriter(RecordingDisk disk, DiskFile file) : IWritableFile
{
    public void Write(ReadOnlySpan<byte> bytes, long offsetBytes) => disk.Write(file, bytes, offsetBytes);

    public void FlushData() => disk.Flush(file);

    public void Dispose()
    {
        // Closing makes nothing durable.
    }
}
