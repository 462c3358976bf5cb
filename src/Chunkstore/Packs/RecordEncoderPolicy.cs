using Microsoft.Extensions.ObjectPool;

namespace BackupEngine.Chunkstore.Packs;

/// <summary>Makes encoders for a pool.</summary>
internal sealed class RecordEncoderPolicy(int maximumPlainBytes, bool encrypts) : PooledObjectPolicy<RecordEncoder>
{
    public override RecordEncoder Create() => new(maximumPlainBytes, encrypts);

    public override bool Return(RecordEncoder obj) => true;
}
