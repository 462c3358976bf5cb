using System.Runtime.InteropServices;
using BackupEngine.Chunkstore.Format;
using BackupEngine.Chunkstore.Packs;

namespace BackupEngine.Chunkstore.Index;

/// <summary>Where the index says that a chunk is. Not proven before the record there has been checked.</summary>
/// <param name="Pack">The pack.</param>
/// <param name="Offset">Where the record begins, in bytes.</param>
/// <param name="StoredLength">Length of the record's body in bytes.</param>
/// <param name="PlainLength">Length of the chunk in bytes.</param>
[StructLayout(LayoutKind.Auto)]
internal readonly record struct ChunkLocation(PackId Pack, long Offset, int StoredLength, int PlainLength)
{
    /// <summary>Bytes of the record.</summary>
    public int RecordLength => RecordHeader.SizeBytes + StoredLength;

    /// <summary>The byte after the record.</summary>
    public long End => Offset + RecordLength;
}
