using System.Text;
using BackupEngine.Chunkstore.Hashing;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// A text with a last line that proves it: a line feed, then 64 hexadecimal digits, BLAKE3 of everything before the
/// line feed. Form: docs/format.md, "Directory".
/// </summary>
internal static class ChecksummedText
{
    private const int DigestDigits = Blake3.DigestBytes * 2;

    /// <summary>The text with its last line.</summary>
    public static byte[] Write(ReadOnlySpan<byte> text) =>
        [.. text, (byte)'\n', .. Encoding.ASCII.GetBytes(DigestOf(text))];

    /// <summary>Takes the text out of its file; false where it is not what was written.</summary>
    public static bool TryRead(ReadOnlySpan<byte> bytes, out ReadOnlySpan<byte> text)
    {
        text = default;
        var end = bytes.Length - DigestDigits - 1;
        if (end < 1 || bytes[end] != '\n'
            || !bytes[(end + 1)..].SequenceEqual(Encoding.ASCII.GetBytes(DigestOf(bytes[..end]))))
        {
            return false;
        }

        text = bytes[..end];
        return true;
    }

    private static string DigestOf(ReadOnlySpan<byte> bytes)
    {
        Span<byte> digest = stackalloc byte[Blake3.DigestBytes];
        Blake3.Hash(bytes, digest);
        return Convert.ToHexStringLower(digest);
    }
}
