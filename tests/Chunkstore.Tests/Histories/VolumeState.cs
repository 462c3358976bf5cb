using System.Buffers.Binary;

namespace BackupEngine.Chunkstore.Tests.Histories;

/// <summary>A volume in memory, with the chunks that were changed since each of its backups.</summary>
internal sealed class VolumeState(int chunkSizeBytes)
{
    private const int MaximumChunks = 700;

    private readonly HashSet<int> _changed = [];

    public byte[] Bytes { get; private set; } = new byte[(chunkSizeBytes * 300) + 100];

    /// <summary>The backup that <see cref="Changed"/> is meant against, or null.</summary>
    public string? BaseBackup { get; private set; }

    /// <summary>Numbers of the chunks that may differ from the base backup.</summary>
    public IReadOnlyCollection<int> Changed => _changed;

    private int ChunkCount => (Bytes.Length + chunkSizeBytes - 1) / chunkSizeBytes;

    /// <summary>Overwrites chunks: with content that came up before, or with some that is new.</summary>
    public void Write(Random random)
    {
        for (var writes = random.Next(1, 30); writes > 0; writes--)
        {
            var chunk = random.Next(ChunkCount);
            var place = Chunk(chunk);
            if (random.Next(3) == 0)
            {
                random.NextBytes(place);
            }
            else
            {
                place.Fill((byte)random.Next(1, 40));
            }

            if (place.Length >= sizeof(int))
            {
                BinaryPrimitives.WriteInt32LittleEndian(place, random.Next(200));
            }

            _changed.Add(chunk);
        }
    }

    /// <summary>Discards a range: it reads as zeros.</summary>
    public void Trim(Random random)
    {
        var first = random.Next(ChunkCount);
        for (var chunk = first; chunk < Math.Min(ChunkCount, first + random.Next(1, 60)); chunk++)
        {
            Chunk(chunk).Clear();
            _changed.Add(chunk);
        }
    }

    /// <summary>Grows with zeros, or shrinks; the size need not be whole chunks.</summary>
    public void Resize(Random random)
    {
        var former = ChunkCount;
        var bytes = new byte[random.Next(1, MaximumChunks * chunkSizeBytes)];
        Bytes.AsSpan(0, Math.Min(bytes.Length, Bytes.Length)).CopyTo(bytes);
        Bytes = bytes;
        _changed.RemoveWhere(chunk => chunk >= ChunkCount);
        for (var chunk = Math.Min(former, ChunkCount) - 1; chunk < ChunkCount; chunk++)
        {
            _changed.Add(chunk);
        }
    }

    /// <summary>Goes back to the bytes of a snapshot; what has changed since the base is unknown then.</summary>
    public void RevertTo(byte[] snapshot)
    {
        Bytes = [.. snapshot];
        ForgetBase();
    }

    /// <summary>From now on changes are counted against this backup, which was just made.</summary>
    public void RememberBase(string backup)
    {
        BaseBackup = backup;
        _changed.Clear();
    }

    /// <summary>What has changed is unknown.</summary>
    public void ForgetBase()
    {
        BaseBackup = null;
        _changed.Clear();
    }

    private Span<byte> Chunk(int chunk)
    {
        var start = chunk * chunkSizeBytes;
        return Bytes.AsSpan(start, Math.Min(chunkSizeBytes, Bytes.Length - start));
    }
}
