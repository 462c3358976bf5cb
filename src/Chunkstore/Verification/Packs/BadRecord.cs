using BackupEngine.Chunkstore.Index;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Verification.Packs;

/// <summary>A record that is not what the index or the pack's directory says is there.</summary>
/// <param name="Pack">The pack.</param>
/// <param name="Offset">Where the record should be, in bytes.</param>
/// <param name="Prefix">The first half of the chunk's id.</param>
/// <param name="Reason">What is wrong.</param>
internal sealed record BadRecord(PackId Pack, long Offset, UInt128 Prefix, string Reason)
{
    public RecordPlace Place => new(Pack, Offset);
}
