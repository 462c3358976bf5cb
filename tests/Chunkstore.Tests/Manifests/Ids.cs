using System.Buffers.Binary;

namespace BackupEngine.Chunkstore.Tests.Manifests;

/// <summary>Chunk ids made from numbers: 0 is the zero sentinel, different numbers are different ids.</summary>
internal static class Ids
{
    public static ChunkId Of(long number)
    {
        Span<byte> bytes = stackalloc byte[ChunkId.SizeBytes];
        bytes.Clear();
        if (number != 0)
        {
            BinaryPrimitives.WriteInt64BigEndian(bytes, unchecked(number * (long)0x9E3779B97F4A7C15));
            BinaryPrimitives.WriteInt64BigEndian(bytes[24..], number);
        }

        return new ChunkId(bytes);
    }
}
