using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Compression;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>
/// Chunks that a lane hands over together, a buffer's worth: they are looked up, then compressed, then appended, so
/// that each stage keeps its tables in the cache, and time is counted once for all of them. Used again for every
/// buffer; one user at a time.
/// </summary>
public sealed class ChunkBatch : IDisposable
{
    private const int BatchBytes = 1024 * 1024;

    private readonly Item[] _items;
    private readonly RecordEncoder?[] _encoders;
    private readonly PackSpace[] _spaces;
    private readonly int _chunkSizeBytes;
    private readonly bool _encrypts;

    internal ChunkBatch(int chunkSizeBytes, bool encrypts)
    {
        Capacity = CapacityFor(chunkSizeBytes);
        _items = new Item[Capacity];
        _encoders = new RecordEncoder?[Capacity];
        _spaces = new PackSpace[Capacity];
        _chunkSizeBytes = chunkSizeBytes;
        _encrypts = encrypts;
    }

    /// <summary>How many chunks of a size a batch takes.</summary>
    public static int CapacityFor(int chunkSizeBytes) => Math.Max(1, BatchBytes / chunkSizeBytes);

    /// <summary>Chunks at most.</summary>
    public int Capacity { get; }

    /// <summary>Chunks in the batch.</summary>
    public int Count { get; private set; }

    /// <summary>Plain bytes of the chunks in the batch.</summary>
    internal long PlainBytes { get; private set; }

    /// <summary>Starts over.</summary>
    public void Clear()
    {
        Count = 0;
        PlainBytes = 0;
    }

    /// <summary>Adds a chunk.</summary>
    /// <param name="id">Its id from the repository's hasher; never the zero sentinel.</param>
    /// <param name="plain">Its bytes; the caller's again when the batch was stored.</param>
    /// <exception cref="ArgumentException">The chunk cannot be stored, or the batch is full.</exception>
    public void Add(ChunkId id, ReadOnlyMemory<byte> plain)
    {
        if (id.IsZero || plain.IsEmpty || plain.Length > _chunkSizeBytes || Count == Capacity)
        {
            throw new ArgumentException(
                $"A chunk of {plain.Length} bytes with id {id} cannot be stored with {Count} others: 1 to "
                + $"{_chunkSizeBytes} bytes with an id that is not zero, at most {Capacity} of them, are allowed.",
                nameof(plain));
        }

        _items[Count++] = new Item(id, plain, default, default);
        PlainBytes += plain.Length;
    }

    /// <inheritdoc/>
    public void Dispose() => Array.ForEach(_encoders, encoder => encoder?.Dispose());

    /// <summary>Room that the records got, in their order.</summary>
    internal Span<PackSpace> Spaces => _spaces;

    internal ChunkId IdAt(int place) => _items[place].Id;

    internal RecordHeader HeaderAt(int place) => _items[place].Header;

    internal PackPlace PlaceAt(int place) => _items[place].Place;

    internal RecordEncoder EncoderAt(int place) => _encoders[place]!;

    /// <summary>Notes where a record was put.</summary>
    internal void SetPlace(int place, PackPlace where) => _items[place] = _items[place] with { Place = where };

    /// <summary>Moves a chunk to the next place of those that stay.</summary>
    internal void Keep(int place)
    {
        _items[Count++] = _items[place];
        PlainBytes += _items[place].Plain.Length;
    }

    /// <summary>Builds the record of a chunk.</summary>
    internal void Encode(int place, CompressionAlgorithm compression)
    {
        var encoder = _encoders[place] ??= new RecordEncoder(_chunkSizeBytes, _encrypts);
        ref var item = ref _items[place];
        item = item with { Header = encoder.Encode(item.Id, item.Plain, compression) };
    }

    [StructLayout(LayoutKind.Auto)]
    private readonly record struct Item(
        ChunkId Id, ReadOnlyMemory<byte> Plain, RecordHeader Header, PackPlace Place);
}
