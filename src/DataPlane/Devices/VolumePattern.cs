using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Devices;

/// <summary>
/// Content of a volume of any size as a function of seed and offset: regions of 1 MiB that are zero, compressible or
/// random, in the proportions given. The same seed gives the same bytes on every machine.
/// </summary>
/// <param name="Seed">Chooses the content.</param>
/// <param name="ZeroPercent">Share of the regions that are zero, 0 to 100.</param>
/// <param name="CompressiblePercent">Share of the regions that LZ4 makes smaller; the rest is random.</param>
public sealed record VolumePattern(ulong Seed, int ZeroPercent, int CompressiblePercent)
{
    private const int RegionShift = 20;

    /// <summary>A volume of zeros.</summary>
    public static VolumePattern Zeros { get; } = new(0, ZeroPercent: 100, CompressiblePercent: 0);

    /// <summary>A mixed volume: 30 % zero, 40 % compressible, 30 % random.</summary>
    public static VolumePattern Mixed(ulong seed) => new(seed, ZeroPercent: 30, CompressiblePercent: 40);

    /// <summary>Writes the content at an offset into a buffer.</summary>
    public void Fill(long offsetBytes, Span<byte> buffer)
    {
        while (!buffer.IsEmpty)
        {
            var left = (1L << RegionShift) - (offsetBytes & ((1L << RegionShift) - 1));
            var piece = buffer[..(int)Math.Min(left, buffer.Length)];
            FillInRegion(offsetBytes, piece);
            offsetBytes += piece.Length;
            buffer = buffer[piece.Length..];
        }
    }

    private void FillInRegion(long offsetBytes, Span<byte> piece)
    {
        var kind = (int)(Mix(Seed ^ Mix((ulong)(offsetBytes >> RegionShift))) % 100);
        if (kind < ZeroPercent)
        {
            piece.Clear();
        }
        else
        {
            FillWords(offsetBytes, piece, compressible: kind < ZeroPercent + CompressiblePercent);
        }
    }

    /// <summary>Every 8 bytes are one mixed word; compressible content repeats each word four times.</summary>
    private void FillWords(long offsetBytes, Span<byte> piece, bool compressible)
    {
        var mask = compressible ? ~3L : ~0L;
        var index = offsetBytes >> 3;
        var head = (int)(offsetBytes & 7);
        if (head != 0)
        {
            piece = piece[CopyWord(index++ & mask, head, piece)..];
        }

        var words = MemoryMarshal.Cast<byte, ulong>(piece);
        for (var i = 0; i < words.Length; i++, index++)
        {
            words[i] = Word(index & mask);
        }

        CopyWord(index & mask, skip: 0, piece[(words.Length * sizeof(ulong))..]);
    }

    private int CopyWord(long index, int skip, Span<byte> piece)
    {
        var word = Word(index);
        var bytes = MemoryMarshal.AsBytes(new ReadOnlySpan<ulong>(ref word))[skip..];
        bytes = bytes[..Math.Min(bytes.Length, piece.Length)];
        bytes.CopyTo(piece);
        return bytes.Length;
    }

    private ulong Word(long index)
    {
        var word = Mix(Seed + (ulong)index);
        return BitConverter.IsLittleEndian ? word : BinaryPrimitives.ReverseEndianness(word);
    }

    /// <summary>A 64-bit finaliser (the constants of SplitMix64): each input bit reaches every output bit.</summary>
    private static ulong Mix(ulong value)
    {
        value += 0x9E3779B97F4A7C15;
        value = (value ^ (value >> 30)) * 0xBF58476D1CE4E5B9;
        value = (value ^ (value >> 27)) * 0x94D049BB133111EB;
        return value ^ (value >> 31);
    }
}
