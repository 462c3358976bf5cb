using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>What stands before the data of a reply to an option.</summary>
/// <param name="Option">The option that is answered.</param>
/// <param name="Type">How.</param>
/// <param name="DataBytes">Length of the data behind it.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct OptionReplyHeader(Option Option, OptionReplyType Type, uint DataBytes)
{
    /// <summary>Length on the wire.</summary>
    public const int Bytes = 20;

    /// <summary>Whether the option was refused.</summary>
    public bool IsError => (int)Type < 0;

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, NbdMagic.OptionReply);
        BinaryPrimitives.WriteUInt32BigEndian(to[8..], (uint)Option);
        BinaryPrimitives.WriteUInt32BigEndian(to[12..], (uint)Type);
        BinaryPrimitives.WriteUInt32BigEndian(to[16..], DataBytes);
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="NbdProtocolException">Not a reply to an option.</exception>
    public static OptionReplyHeader Read(ReadOnlySpan<byte> from)
    {
        var magic = BinaryPrimitives.ReadUInt64BigEndian(from);
        return magic == NbdMagic.OptionReply
            ? new OptionReplyHeader(
                (Option)BinaryPrimitives.ReadInt32BigEndian(from[8..]),
                (OptionReplyType)BinaryPrimitives.ReadInt32BigEndian(from[12..]),
                BinaryPrimitives.ReadUInt32BigEndian(from[16..]))
            : throw new NbdProtocolException($"A reply to an option begins with 0x{magic:x16}.");
    }
}
