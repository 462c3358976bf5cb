namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>Bytes written to a file.</summary>
internal sealed class DiskWrite(long start, int offset, byte[] bytes) : DiskSpan(start)
{
    public int Offset => offset;

    public byte[] Bytes => bytes;

    public int Limit => offset + bytes.Length;
}
