using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// CRC-32C (Castagnoli, reflected, initial value and final XOR all ones): the checksum of every stored structure.
/// </summary>
/// <remarks>
/// Source: RFC 3720 appendix B.4. The processor's own instruction takes eight bytes and three cycles, but can begin
/// every cycle; so three blocks side by side go on at once, and their registers are joined by
/// <see cref="Crc32CShift"/>.
/// </remarks>
internal static class Crc32C
{
    /// <summary>Length of a checksum in bytes.</summary>
    public const int SizeBytes = 4;

    private const int BlockBytes = Crc32CShift.DistanceBytes;

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>
    /// The checksum of what <paramref name="checksum"/> was computed over, followed by <paramref name="bytes"/>.
    /// </summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var register = ~checksum;
        while (bytes.Length >= 3 * BlockBytes)
        {
            register = AppendThreeBlocks(register, bytes);
            bytes = bytes[(3 * BlockBytes)..];
        }

        foreach (var word in MemoryMarshal.Cast<byte, ulong>(bytes))
        {
            register = BitOperations.Crc32C(register, word);
        }

        foreach (var value in bytes[(bytes.Length & ~7)..])
        {
            register = BitOperations.Crc32C(register, value);
        }

        return ~register;
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static uint AppendThreeBlocks(uint register, ReadOnlySpan<byte> bytes)
    {
        var first = MemoryMarshal.Cast<byte, ulong>(bytes[..BlockBytes]);
        var second = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(BlockBytes, BlockBytes));
        var third = MemoryMarshal.Cast<byte, ulong>(bytes.Slice(2 * BlockBytes, BlockBytes));
        uint middle = 0, last = 0;
        for (var i = 0; i < first.Length && i < second.Length && i < third.Length; i++)
        {
            register = BitOperations.Crc32C(register, first[i]);
            middle = BitOperations.Crc32C(middle, second[i]);
            last = BitOperations.Crc32C(last, third[i]);
        }

        return Crc32CShift.Apply(Crc32CShift.Apply(register) ^ middle) ^ last;
    }
}
