using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Verification.Packs;

/// <summary>A record of a pack, as the index states it.</summary>
/// <param name="Prefix">The first half of the chunk's id.</param>
/// <param name="Offset">Where the record begins, in bytes.</param>
/// <param name="StoredLength">Length of its body in bytes.</param>
/// <param name="PlainLength">Length of the chunk in bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct IndexedRecord(UInt128 Prefix, long Offset, int StoredLength, int PlainLength)
{
    /// <summary>Bytes of the record.</summary>
    public int RecordLength => RecordHeader.SizeBytes + StoredLength;
}
