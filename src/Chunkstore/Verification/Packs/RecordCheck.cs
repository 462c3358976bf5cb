using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Verification.Packs;

/// <summary>Proves more of a record than that it is whole: its chunk.</summary>
/// <param name="pack">The pack that it is in.</param>
/// <param name="type">What the pack holds; null where it does not say.</param>
/// <param name="record">The record.</param>
/// <param name="header">Its header, which is good.</param>
/// <returns>Empty, or what is wrong.</returns>
internal delegate string RecordCheck(
    PackId pack, PackType? type, ReadOnlySpan<byte> record, in RecordHeader header);
