using BackupEngine.Chunkstore.Backends;

namespace BackupEngine.Benchmarks.Nowhere;

/// <summary>Takes what is written and forgets it.</summary>
internal sealed class DroppedObject : IObjectWriter
{
    public ValueTask WriteAsync(ReadOnlyMemory<byte> bytes, CancellationToken cancellationToken) => default;

    public ValueTask PublishAsync(CancellationToken cancellationToken) => default;

    public void Dispose()
    {
    }
}
