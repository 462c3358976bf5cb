using BackupEngine.Chunkstore.Backends;
using BackupEngine.Chunkstore.Hashing;
using BackupEngine.Chunkstore.Stages;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>A file that is being written, with its length and the BLAKE3 of everything written to it so far.</summary>
/// <param name="file">The file.</param>
/// <param name="stages">Where the time for it is counted; null for nowhere.</param>
internal sealed class DigestingWriter(IObjectWriter file, StageTotals? stages = null) : IDisposable
{
    private readonly Blake3Hasher _hasher = Blake3Hasher.Create();
    private readonly StageClock? _clock = stages?.NewClock();

    /// <summary>Bytes written so far.</summary>
    public long LengthBytes { get; private set; }

    public async ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken)
    {
        _clock?.Start();
        _hasher.Update(bytes.Span);
        _clock?.Mark(Stage.PackDigest, bytes.Length);
        await file.WriteAsync(bytes, cancellationToken);
        _clock?.Mark(Stage.PackWrite, bytes.Length);
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
    public async ValueTask PublishAsync(CancellationToken cancellationToken)
    {
        _clock?.Start();
        await file.PublishAsync(cancellationToken);
        _clock?.Mark(Stage.PackFlush);
    }

    public void Dispose() => file.Dispose();
}
