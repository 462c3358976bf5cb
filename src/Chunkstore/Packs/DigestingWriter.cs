using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>A file that is being written, with its length and the BLAKE3 of everything written to it so far.</summary>
internal sealed class DigestingWriter(IObjectWriter file) : IDisposable
{
    private readonly Blake3Hasher _hasher = Blake3Hasher.Create();

    /// <summary>Bytes written so far.</summary>
    public long LengthBytes { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _hasher.Update(bytes.Span);
        await file.WriteAsync(bytes, cancellationToken);
        LengthBytes += bytes.Length;
    }

    /// <summary>BLAKE3 of what has been written.</summary>
    public ChunkId Digest()
    {
        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        _hasher.Finish(digest);
        return new ChunkId(digest);
    }

    /// <inheritdoc cref="IObjectWriter.PublishAsync"/>
    public ValueTask PublishAsync(CancellationToken cancellationToken) => file.PublishAsync(cancellationToken);

    public void Dispose() => file.Dispose();
}
