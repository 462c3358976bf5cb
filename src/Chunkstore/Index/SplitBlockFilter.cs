using System.Buffers.Binary;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace BackupEngine.Chunkstore.Index;

/// <summary>
/// The filter of a segment: answers "certainly not here" for all but about one of 250 strangers, with one 32-byte read.
/// A split-block Bloom filter: the key chooses a block of eight 32-bit words and one bit in each of them.
/// </summary>
/// <remarks>
/// Source: Putze, Sanders, Singler, "Cache-, Hash- and Space-Efficient Bloom Filters" (2007), with eight words as in
/// the Parquet format. The highest bits of a prefix choose its block, so blocks stand in the order of the entries: a
/// filter is written from sorted entries block by block, and sorted lookups go through it from front to back.
/// </remarks>
internal static class SplitBlockFilter
{
    /// <summary>Bytes of a block.</summary>
    public const int BlockBytes = 32;

    /// <summary>Bits spent for each key: an error rate of about 0.4 %.</summary>
    public const int BitsPerKey = 12;

    /// <summary>
    /// Odd multipliers that spread the low 32 bits of a key into eight independent 5-bit numbers; part of the format.
    /// </summary>
    private static readonly Vector256<uint> Salts = Vector256.Create(
        0x47B6137Bu, 0x44974D91u, 0x8824AD5Bu, 0xA2B7289Du, 0x705495C7u, 0x2DF1424Bu, 0x9EFC4947u, 0x5C6BFB31u);

    /// <summary>Blocks for a number of keys.</summary>
    public static int BlocksFor(long keys) => checked((int)Math.Max(1, ((keys * BitsPerKey) + 255) / 256));

    /// <summary>The block that a prefix belongs to.</summary>
    public static int BlockOf(UInt128 prefix, int blocks) =>
        (int)(((ulong)(uint)(prefix >> 96) * (uint)blocks) >> 32);

    /// <summary>
    /// The bits that a key has in its block; the same in every filter, so made once for a lookup in many.
    /// </summary>
    public static Vector256<uint> MaskOf(UInt128 prefix)
    {
        var shifts = Vector256.ShiftRightLogical(Vector256.Create((uint)(ulong)prefix) * Salts, 27);
        Span<uint> bits = stackalloc uint[8];
        for (var word = 0; word < 8; word++)
        {
            bits[word] = 1u << (int)shifts[word];
        }

        return Vector256.Create<uint>(bits);
    }

    /// <summary>Adds a key to its block.</summary>
    public static void Add(Span<byte> block, UInt128 prefix)
    {
        var words = MemoryMarshal.Cast<byte, uint>(block[..BlockBytes]);
        var bits = Load(block) | MaskOf(prefix);
        (BitConverter.IsLittleEndian ? bits : Swap(bits)).CopyTo(words);
    }

    /// <summary>Whether the key of that mask may be among those added to this block.</summary>
    public static bool MayContain(ReadOnlySpan<byte> block, in Vector256<uint> mask) => (Load(block) & mask) == mask;

    private static Vector256<uint> Load(ReadOnlySpan<byte> block)
    {
        var words = Vector256.Create<uint>(MemoryMarshal.Cast<byte, uint>(block[..BlockBytes]));
        return BitConverter.IsLittleEndian ? words : Swap(words);
    }

    private static Vector256<uint> Swap(Vector256<uint> words)
    {
        Span<uint> swapped = stackalloc uint[8];
        for (var word = 0; word < 8; word++)
        {
            swapped[word] = BinaryPrimitives.ReverseEndianness(words[word]);
        }

        return Vector256.Create<uint>(swapped);
    }
}
