using BackupEngine.Chunkstore;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Manifests;
using BackupEngine.Chunkstore.Packs;
using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.DataPlane.Backup;

/// <summary>
/// The chunks of one leaf that lie side by side in a buffer, in slots of the chunk size: worked on stage by stage, all
/// of them in each, so that time is counted once for all and the hash has many chunks at once.
/// </summary>
internal sealed class SlotBatch
{
    private readonly TreeShape _shape;
    private readonly int _chunkSizeBytes;
    private readonly long[] _indexes;
    private readonly int[] _lengths;
    private readonly ChunkId[] _ids;
    private readonly bool[] _isZero;
    private ReadOnlyMemory<byte> _slots;

    /// <summary>An empty batch, for as many chunks as can be stored together.</summary>
    public SlotBatch(TreeShape shape)
    {
        var capacity = ChunkBatch.CapacityFor(shape.ChunkSizeBytes);
        _shape = shape;
        _chunkSizeBytes = shape.ChunkSizeBytes;
        _indexes = new long[capacity];
        _lengths = new int[capacity];
        _ids = new ChunkId[capacity];
        _isZero = new bool[capacity];
    }

    /// <summary>Chunks in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Bytes of the chunks.</summary>
    public int Bytes { get; private set; }

    /// <summary>Slots that the chunks occupy, in bytes.</summary>
    public int SlotBytes => Count * _chunkSizeBytes;

    /// <summary>Begins with the slots at the start of a buffer.</summary>
    public void Begin(ReadOnlyMemory<byte> slots)
    {
        _slots = slots;
        (Count, Bytes) = (0, 0);
    }

    /// <summary>Whether the buffer has another slot, and the batch another place.</summary>
    public bool HasMore => Count < _indexes.Length && SlotBytes + _chunkSizeBytes <= _slots.Length;

    /// <summary>The next slot is a chunk of the volume.</summary>
    public void Add(long chunkIndex)
    {
        _indexes[Count] = chunkIndex;
        _lengths[Count] = _shape.ChunkLength(chunkIndex);
        Bytes += _lengths[Count++];
    }

    /// <summary>Place of the chunk in the volume.</summary>
    public long IndexAt(int place) => _indexes[place];

    /// <summary>The chunk's id; the sentinel where it is all zeros.</summary>
    public ChunkId IdAt(int place) => _ids[place];

    /// <summary>The chunk.</summary>
    public ReadOnlyMemory<byte> PlainAt(int place) => _slots.Slice(place * _chunkSizeBytes, _lengths[place]);

    /// <summary>Names all chunks.</summary>
    /// <returns>Bytes of those that are all zeros.</returns>
    public long Name(ChunkHasher hasher, StageClock clock)
    {
        var zeroBytes = 0L;
        for (var place = 0; place < Count; place++)
        {
            var plain = PlainAt(place);
            _isZero[place] = ZeroScan.IsZero(plain.Span);
            _ids[place] = ChunkId.Zero;
            zeroBytes += _isZero[place] ? plain.Length : 0;
        }

        clock.Mark(Stage.ZeroScan, Bytes);
        if (zeroBytes < Bytes)
        {
            HashData(hasher);
            clock.Mark(Stage.Hash, Bytes - zeroBytes);
        }

        return zeroBytes;
    }

    private void HashData(ChunkHasher hasher)
    {
        for (var first = 0; first < Count;)
        {
            var end = first;
            while (end < Count && !_isZero[end] && _lengths[end] == _chunkSizeBytes)
            {
                end++;
            }

            if (end > first)
            {
                var run = _slots.Span[(first * _chunkSizeBytes)..(end * _chunkSizeBytes)];
                hasher.HashMany(run, _ids.AsSpan(first, end - first));
            }
            else if (!_isZero[first])
            {
                // The last chunk of a volume, which is shorter.
                _ids[end++] = hasher.Hash(PlainAt(first).Span);
            }
            else
            {
                end++;
            }

            first = end;
        }
    }
}
