using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Tests.Compression;

/// <summary>Two decoders that are not the product's: liblz4, and the text of the format, taken literally.</summary>
internal static unsafe class Lz4Reference
{
    private const int LastLiterals = 5;
    private const int LastMatchStart = 12;

    /// <summary>liblz4's decoder; null where the library is not installed.</summary>
    private static readonly delegate* unmanaged<byte*, byte*, int, int, int> Decode =
        NativeLibrary.TryLoad("liblz4.so.1", out var library)
            ? (delegate* unmanaged<byte*, byte*, int, int, int>)NativeLibrary.GetExport(library, "LZ4_decompress_safe")
            : null;

    public static bool HasLibrary => Decode != null;

    /// <summary>What liblz4 makes of a block.</summary>
    public static byte[] ByLibrary(ReadOnlySpan<byte> block, int plainBytes)
    {
        var plain = new byte[plainBytes];
        fixed (byte* from = block, to = plain)
        {
            var bytes = Decode(from, to, block.Length, plainBytes);
            return bytes == plainBytes
                ? plain
                : throw new InvalidDataException($"liblz4 says {bytes} where {plainBytes} bytes were expected.");
        }
    }

    /// <summary>
    /// What the format makes of a block. Refused where it breaks a rule, those for its end among them: the last
    /// sequence has literals only, the last five bytes are literals, the last match begins 12 bytes before the end.
    /// </summary>
    public static byte[] ByFormat(ReadOnlySpan<byte> block, int plainBytes)
    {
        var plain = new List<byte>(plainBytes);
        var at = 0;
        while (true)
        {
            var token = block[at++];
            var literals = Length(block, token >> 4, ref at);
            plain.AddRange(block.Slice(at, literals));
            at += literals;
            if (at == block.Length)
            {
                var isShort = plain.Count != plainBytes || (plain.Count > literals && literals < LastLiterals);
                return isShort ? throw new InvalidDataException("The end of the block is wrong.") : [.. plain];
            }

            var offset = block[at] | (block[at + 1] << 8);
            at += 2;
            var length = Length(block, token & 15, ref at) + 4;
            if (offset == 0 || offset > plain.Count || plain.Count > plainBytes - LastMatchStart)
            {
                throw new InvalidDataException($"A match at {plain.Count} with offset {offset} is not allowed.");
            }

            for (; length > 0; length--)
            {
                plain.Add(plain[^offset]);
            }
        }
    }

    private static int Length(ReadOnlySpan<byte> block, int length, ref int at)
    {
        for (var more = length == 15; more; more = block[at++] == 255)
        {
            length += block[at];
        }

        return length;
    }
}
