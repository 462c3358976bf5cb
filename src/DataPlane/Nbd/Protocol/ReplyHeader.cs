using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>What stands before a chunk of a reply: structured, or extended where that was agreed on.</summary>
/// <param name="Type">What the chunk holds; any number may come.</param>
/// <param name="Options">Flags; any bit may come.</param>
/// <param name="Cookie">That of the request.</param>
/// <param name="OffsetBytes">That of the request; 0 in a structured reply, which does not tell.</param>
/// <param name="PayloadBytes">Length of what follows; at most 32 bits in a structured reply.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct ReplyHeader(
    ReplyType Type, ReplyOptions Options, ulong Cookie, ulong OffsetBytes, ulong PayloadBytes)
{
    /// <summary>Length of a structured header on the wire.</summary>
    public const int StructuredBytes = 20;

    /// <summary>Length of an extended header on the wire.</summary>
    public const int ExtendedBytes = 32;

    private const int ErrorBit = 0x8000;

    /// <summary>Whether this is the last chunk of the reply.</summary>
    public bool IsLast => (Options & ReplyOptions.Done) != ReplyOptions.None;

    /// <summary>Whether the chunk tells an error.</summary>
    public bool IsError => ((int)Type & ErrorBit) != 0;

    /// <summary>Length of a header on the wire.</summary>
    public static int Bytes(bool extended) => extended ? ExtendedBytes : StructuredBytes;

    /// <summary>Writes the header.</summary>
    /// <exception cref="OverflowException">The length does not fit into a structured header.</exception>
    public void Write(Span<byte> to, bool extended)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, extended ? NbdMagic.ExtendedReply : NbdMagic.StructuredReply);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)Options);
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], (ushort)Type);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], Cookie);
        if (extended)
        {
            BinaryPrimitives.WriteUInt64BigEndian(to[16..], OffsetBytes);
            BinaryPrimitives.WriteUInt64BigEndian(to[24..], PayloadBytes);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(to[16..], checked((uint)PayloadBytes));
        }
    }

    /// <summary>Reads a header of the form that was agreed on.</summary>
    /// <exception cref="NbdProtocolException">Not a chunk of a reply, or of the other form.</exception>
    public static ReplyHeader Read(ReadOnlySpan<byte> from, bool extended)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(from);
        if (magic != (extended ? NbdMagic.ExtendedReply : NbdMagic.StructuredReply))
        {
            throw new NbdProtocolException($"A chunk of a reply begins with 0x{magic:x8}.");
        }

        return new ReplyHeader(
            (ReplyType)BinaryPrimitives.ReadUInt16BigEndian(from[6..]),
            (ReplyOptions)BinaryPrimitives.ReadUInt16BigEndian(from[4..]),
            BinaryPrimitives.ReadUInt64BigEndian(from[8..]),
            extended ? BinaryPrimitives.ReadUInt64BigEndian(from[16..]) : 0,
            extended
                ? BinaryPrimitives.ReadUInt64BigEndian(from[24..])
                : BinaryPrimitives.ReadUInt32BigEndian(from[16..]));
    }
}
