using Microsoft.Extensions.ObjectPool;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>Makes encoders for a pool.</summary>
internal sealed class RecordEncoderPolicy(int maximumPlainBytes) : PooledObjectPolicy<RecordEncoder>
{
    public override RecordEncoder Create() => new(maximumPlainBytes);

    public override bool Return(RecordEncoder obj) => true;
}
