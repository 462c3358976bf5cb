using System.Runtime.CompilerServices;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Verification.Packs;

/// <summary>
/// Finds the records of a pack without its directory: one after another, and behind a damaged place the next one whose
/// checksum is right.
/// </summary>
internal static class PackScan
{
    private const int MaximumRecordBytes = RecordHeader.SizeBytes + RecordHeader.MaximumStoredBytes;

    /// <summary>Whole records with their offsets, in order.</summary>
    public static async IAsyncEnumerable<(long Offset, RecordHeader Header)> RecordsAsync(
        PackWindow window, long end, [EnumeratorCancellation] CancellationToken cancellationToken)
    {
        var offset = (long)PackHeader.SizeBytes;
        while (offset + RecordHeader.SizeBytes <= end)
        {
            var bytes = await window.AtAsync(offset, MaximumRecordBytes, cancellationToken);
            if (RecordHeader.TryRead(bytes.Span, out var header, out _) && header.PlainLength > 0)
            {
                yield return (offset, header);
                offset += header.RecordLength;
            }
            else
            {
                offset += ToNextMagic(bytes.Span);
            }
        }
    }

    /// <summary>How far to go on: to where a record may begin, never past the first bytes of one.</summary>
    private static int ToNextMagic(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length <= Magic.Record.Length)
        {
            return Magic.Record.Length;
        }

        var found = bytes[1..].IndexOf(Magic.Record);
        return found >= 0 ? found + 1 : Math.Max(1, bytes.Length - Magic.Record.Length + 1);
    }
}
