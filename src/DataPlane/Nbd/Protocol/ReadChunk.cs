using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>
/// What stands at the beginning of the content chunks of a READ: the offset before data, or offset and length of zeros.
/// </summary>
/// <param name="OffsetBytes">Where on the export.</param>
/// <param name="HoleBytes">Number of zeros; 0 before data.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReadChunk(ulong OffsetBytes, uint HoleBytes)
{
    /// <summary>Length of what stands before data, on the wire.</summary>
    public const int DataPrefixBytes = 8;

    /// <summary>Length of a hole, on the wire.</summary>
    public const int HolePayloadBytes = 12;

    /// <summary>Writes what stands before data.</summary>
    public static void WriteDataPrefix(Span<byte> to, ulong offsetBytes) =>
        BinaryPrimitives.WriteUInt64BigEndian(to, offsetBytes);

    /// <summary>Writes a hole.</summary>
    public void WriteHole(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, OffsetBytes);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], HoleBytes);
    }

    /// <summary>Reads what stands before data.</summary>
    public static ulong ReadDataPrefix(ReadOnlySpan<byte> from) => BinaryPrimitives.ReadUInt64BigEndian(from);

    /// <summary>Reads a hole.</summary>
    public static ReadChunk ReadHole(ReadOnlySpan<byte> from) =>
        new(BinaryPrimitives.ReadUInt64BigEndian(from), BinaryPrimitives.ReadUInt32BigEndian(from[8..]));
}
