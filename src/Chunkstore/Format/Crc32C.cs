using System.Buffers.Binary;
using System.Numerics;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// CRC-32C (Castagnoli, reflected, initial value and final XOR all ones): the checksum of every stored structure.
/// </summary>
/// <remarks>Source: RFC 3720 appendix B.4. Eight bytes a step on the processor's own instruction.</remarks>
internal static class Crc32C
{
    /// <summary>Length of a checksum in bytes.</summary>
    public const int SizeBytes = 4;

    /// <summary>The checksum of <paramref name="bytes"/>.</summary>
    public static uint Compute(ReadOnlySpan<byte> bytes) => Append(0, bytes);

    /// <summary>
    /// The checksum of what <paramref name="checksum"/> was computed over, followed by <paramref name="bytes"/>.
    /// </summary>
    public static uint Append(uint checksum, ReadOnlySpan<byte> bytes)
    {
        var crc = ~checksum;
        while (bytes.Length >= sizeof(ulong))
        {
            crc = BitOperations.Crc32C(crc, BinaryPrimitives.ReadUInt64LittleEndian(bytes));
            bytes = bytes[sizeof(ulong)..];
        }

        foreach (var value in bytes)
        {
            crc = BitOperations.Crc32C(crc, value);
        }

        return ~crc;
    }
}
