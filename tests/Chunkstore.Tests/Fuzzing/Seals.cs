using System.Buffers.Binary;
using BackupEngine.Chunkstore.Format;

namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>Checksums made right again after a mutation.</summary>
internal static class Seals
{
    /// <summary>A CRC over the first bytes, stored right behind them.</summary>
    public static Action<byte[]> CrcAt(int offset) => bytes => Crc(bytes, 0, offset);

    /// <summary>A CRC over the bytes from one place to another, stored at the second.</summary>
    public static void Crc(byte[] bytes, int start, int offset)
    {
        if (start >= 0 && bytes.Length >= offset + sizeof(uint))
        {
            BinaryPrimitives.WriteUInt32LittleEndian(bytes.AsSpan(offset), Crc32C.Compute(bytes.AsSpan(start..offset)));
        }
    }

    /// <summary>The last line of a text that proves the rest.</summary>
    public static void Text(byte[] bytes)
    {
        var end = bytes.AsSpan().LastIndexOf((byte)'\n');
        if (end > 0)
        {
            var right = ChecksummedText.Write(bytes.AsSpan(0, end));
            right.AsSpan(0, Math.Min(right.Length, bytes.Length)).CopyTo(bytes);
        }
    }

    /// <summary>A CRC over what is before it and what is behind it.</summary>
    public static Action<byte[]> CrcAround(int offset) => bytes =>
    {
        if (bytes.Length >= offset + sizeof(uint))
        {
            var head = Crc32C.Compute(bytes.AsSpan(0, offset));
            BinaryPrimitives.WriteUInt32LittleEndian(
                bytes.AsSpan(offset), Crc32C.Append(head, bytes.AsSpan(offset + sizeof(uint))));
        }
    };
}
