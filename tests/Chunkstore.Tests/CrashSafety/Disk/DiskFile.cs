namespace BackupEngine.Chunkstore.Tests.CrashSafety.Disk;

/// <summary>A file with everything that was ever written to it.</summary>
internal sealed class DiskFile(int number) : DiskNode(number)
{
    private byte[] _bytes = [];

    public List<DiskWrite> Writes { get; } = [];

    /// <summary>What a reader sees now.</summary>
    public byte[] Bytes => _bytes;

    public void Add(DiskWrite write)
    {
        Writes.Add(write);
        if (write.Limit > _bytes.Length)
        {
            Array.Resize(ref _bytes, write.Limit);
        }

        write.Bytes.CopyTo(_bytes.AsSpan(write.Offset));
    }
}
