using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Repositories;

/// <summary>The memory of one read.</summary>
internal sealed class ReadBuffer : IDisposable
{
    private readonly AlignedRegion _region;

    public ReadBuffer(int lengthBytes)
    {
        _region = new AlignedRegion(lengthBytes);
        Memory = new AlignedBuffer(_region, 0, lengthBytes).Memory;
    }

    public Memory<byte> Memory { get; }

    public void Dispose() => _region.Dispose();
}
