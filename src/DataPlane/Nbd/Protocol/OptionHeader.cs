using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>What stands before the data of an option that a client sends.</summary>
/// <param name="Option">The option; any number may come.</param>
/// <param name="DataBytes">Length of the data behind it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct OptionHeader(Option Option, uint DataBytes)
{
    /// <summary>Length on the wire.</summary>
    public const int Bytes = 16;

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, NbdMagic.Options);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], (uint)Option);
        BinaryPrimitives.WriteUInt32BigEndian(to[12..], DataBytes);
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="NbdProtocolException">Not an option.</exception>
    public static OptionHeader Read(ReadOnlySpan<byte> from)
    {
        var magic = BinaryPrimitives.ReadUInt64BigEndian(from);
        return magic == NbdMagic.Options
            ? new OptionHeader(
                (Option)BinaryPrimitives.ReadInt32BigEndian(from[8..]),
                BinaryPrimitives.ReadUInt32BigEndian(from[12..]))
            : throw new NbdProtocolException($"An option begins with 0x{magic:x16} instead of IHAVEOPT.");
    }
}
