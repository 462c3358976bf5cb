using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Tests.Verification.Damage;

/// <summary>The records of a pack in memory.</summary>
internal static class PackRecords
{
    /// <summary>Where each record lies, in order.</summary>
    public static IEnumerable<Range> Of(byte[] pack)
    {
        var offset = PackHeader.SizeBytes;
        while (RecordHeader.TryRead(pack.AsSpan(offset), out var header, out _))
        {
            yield return offset..(offset + header.RecordLength);
            offset += header.RecordLength;
        }
    }

    /// <summary>A pack with another record in a place, cut or followed by zeros so that all others stay.</summary>
    public static byte[] Replace(byte[] pack, Range place, byte[] record)
    {
        var (offset, length) = place.GetOffsetAndLength(pack.Length);
        var replaced = pack.ToArray();
        var room = replaced.AsSpan(offset, length);
        room.Clear();
        record.AsSpan(0, Math.Min(length, record.Length)).CopyTo(room);
        return replaced;
    }
}
