using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Errors;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// Reads a segment from its first byte to its last, and checks all of it against its digest. What it hands over is
/// proven only when the end has been reached without an error. Reads, unlike mapped pages, fail with an error that can
/// be told. Not safe for threads.
/// </summary>
internal sealed class SegmentStream
{
    private const int BufferBytes = 256 * 1024;

    private readonly IRepositoryBackend _backend;
    private readonly ObjectName _name;
    private readonly IndexHeader _header;
    private readonly byte[] _buffer = new byte[BufferBytes];
    private readonly Blake3Hasher _hasher = Blake3Hasher.Create();
    private long _offset;
    private int _next;
    private int _end;
    private UInt128 _last;

    public SegmentStream(IRepositoryBackend backend, in IndexHeader header)
    {
        _backend = backend;
        _header = header;
        _name = new ObjectName(ObjectKind.Index, header.SegmentId.ToString());
    }

    /// <summary>Whether an entry can be taken without reading.</summary>
    public bool HasEntry => _next < _end;

    /// <summary>The next entry, which stays.</summary>
    public IndexEntry Peek => IndexEntry.Read(_buffer.AsSpan(_next));

    /// <summary>Goes on to the next entry.</summary>
    public void Skip()
    {
        _last = Peek.Prefix;
        _next += IndexEntry.SizeBytes;
    }

    /// <summary>Reads what comes next; false at the end, when the whole file has been checked.</summary>
    /// <exception cref="CorruptDataException">The file is not what was written.</exception>
    public async ValueTask<bool> FillAsync(CancellationToken cancellationToken)
    {
        while (_offset < _header.EntriesOffset)
        {
            await ReadAsync(_header.EntriesOffset - _offset, cancellationToken);
        }

        if (_offset == _header.TrailerOffset)
        {
            await CheckDigestAsync(cancellationToken);
            return false;
        }

        _end = await ReadAsync(_header.TrailerOffset - _offset, cancellationToken);
        _next = 0;
        RequireOrder();
        return true;
    }

    private async ValueTask<int> ReadAsync(long bytes, CancellationToken cancellationToken)
    {
        var part = _buffer.AsMemory(0, (int)Math.Min(BufferBytes, bytes));
        if (await _backend.ReadAsync(_name, _offset, part, cancellationToken) != part.Length)
        {
            throw Damaged("it became shorter while it was read");
        }

        _hasher.Update(part.Span);
        _offset += part.Length;
        return part.Length;
    }

    private async ValueTask CheckDigestAsync(CancellationToken cancellationToken)
    {
        var part = _buffer.AsMemory(0, IndexTrailer.SizeBytes);
        var read = await _backend.ReadAsync(_name, _offset, part, cancellationToken);
        var trailer = IndexTrailer.Read(part[..read].Span, _backend.Describe(_name));
        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        _hasher.Finish(digest);
        if (trailer.Digest != new ChunkId(digest))
        {
            throw Damaged("its contents do not have the digest in its trailer");
        }
    }

    /// <summary>Entries that are not sorted would put others out of order with them.</summary>
    private void RequireOrder()
    {
        var last = _last;
        for (var next = 0; next < _end; next += IndexEntry.SizeBytes)
        {
            var entry = IndexEntry.Read(_buffer.AsSpan(next));
            if (entry.Prefix < last || entry.Pack >= (uint)_header.PackCount)
            {
                throw Damaged("an entry is out of order or names no pack");
            }

            last = entry.Prefix;
        }
    }

    private CorruptDataException Damaged(string what) => new(
        $"{_backend.Describe(_name)} is damaged: {what}. It was left as it is. Packs hold everything that an index is "
        + "made of; run 'rebuild-index'.");
}
