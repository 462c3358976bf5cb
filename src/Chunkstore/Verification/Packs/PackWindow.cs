using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Verification.Packs;

/// <summary>
/// Reads a pack from its beginning to its trailer, each byte once, through a window that moves forward; makes the
/// digest of all of it on the way.
/// </summary>
internal sealed class PackWindow(IRepositoryBackend backend, ObjectName name, long endBytes, Memory<byte> buffer)
{
    private readonly Blake3Hasher _hasher = Blake3Hasher.Create();
    private long _start;
    private int _filled;

    /// <summary>
    /// The bytes from an offset on, never one before the last: as many as asked, or as the window holds; fewer only
    /// at the end.
    /// </summary>
    public async ValueTask<ReadOnlyMemory<byte>> AtAsync(
        long offsetBytes, int lengthBytes, CancellationToken cancellationToken)
    {
        while (offsetBytes + lengthBytes > _start + _filled && _start + _filled < endBytes)
        {
            Slide(Math.Min(offsetBytes, _start + _filled));
            await FillAsync(cancellationToken);
        }

        var from = (int)Math.Min(offsetBytes - _start, _filled);
        return buffer[from..Math.Min(_filled, from + lengthBytes)];
    }

    /// <summary>The digest of everything before the trailer; reads what has not been read.</summary>
    public async ValueTask<ChunkId> DigestAsync(CancellationToken cancellationToken)
    {
        while (_start + _filled < endBytes)
        {
            Slide(_start + _filled);
            await FillAsync(cancellationToken);
        }

        var digest = new byte[Blake3.DigestBytes];
        _hasher.Finish(digest);
        return new ChunkId(digest);
    }

    /// <summary>Lets go of what lies before an offset.</summary>
    private void Slide(long offsetBytes)
    {
        var gone = (int)(offsetBytes - _start);
        buffer[gone.._filled].CopyTo(buffer);
        _start = offsetBytes;
        _filled -= gone;
    }

    private async ValueTask FillAsync(CancellationToken cancellationToken)
    {
        var room = (int)Math.Min(buffer.Length - _filled, endBytes - _start - _filled);
        var place = buffer.Slice(_filled, room);
        var read = await backend.ReadAsync(name, _start + _filled, place, cancellationToken);
        if (read == 0)
        {
            throw new ObjectMissingException($"{backend.Describe(name)} became shorter while it was read.");
        }

        _hasher.Update(place.Span[..read]);
        _filled += read;
    }
}
