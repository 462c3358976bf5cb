using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>What a client sends during transmission: compact, or extended where that was agreed on.</summary>
/// <param name="Command">What is asked for; any number may come.</param>
/// <param name="Options">Command flags; any bit may come.</param>
/// <param name="Cookie">Chosen by the client; the reply has the same.</param>
/// <param name="OffsetBytes">Where.</param>
/// <param name="LengthBytes">How much; at most 32 bits in a compact header.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct RequestHeader(
    Command Command, CommandOptions Options, ulong Cookie, ulong OffsetBytes, ulong LengthBytes)
{
    /// <summary>Length of a compact header on the wire.</summary>
    public const int CompactBytes = 28;

    /// <summary>Length of an extended header on the wire.</summary>
    public const int ExtendedBytes = 32;

    /// <summary>Length of a header on the wire.</summary>
    public static int Bytes(bool extended) => extended ? ExtendedBytes : CompactBytes;

    /// <summary>Length of the data that follow the header.</summary>
    public ulong PayloadBytes(bool extended)
    {
        var has = extended ? (Options & CommandOptions.PayloadLength) != CommandOptions.None : Command == Command.Write;
        return has ? LengthBytes : 0;
    }

    /// <summary>Writes the header.</summary>
    /// <exception cref="OverflowException">The length does not fit into a compact header.</exception>
    public void Write(Span<byte> to, bool extended)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, extended ? NbdMagic.ExtendedRequest : NbdMagic.Request);
        BinaryPrimitives.WriteUInt16BigEndian(to[4..], (ushort)Options);
        BinaryPrimitives.WriteUInt16BigEndian(to[6..], (ushort)Command);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], Cookie);
        BinaryPrimitives.WriteUInt64BigEndian(to[16..], OffsetBytes);
        if (extended)
        {
            BinaryPrimitives.WriteUInt64BigEndian(to[24..], LengthBytes);
        }
        else
        {
            BinaryPrimitives.WriteUInt32BigEndian(to[24..], checked((uint)LengthBytes));
        }
    }

    /// <summary>Reads a header of the form that was agreed on.</summary>
    /// <exception cref="NbdProtocolException">Not a request, or of the other form.</exception>
    public static RequestHeader Read(ReadOnlySpan<byte> from, bool extended)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(from);
        if (magic != (extended ? NbdMagic.ExtendedRequest : NbdMagic.Request))
        {
            throw new NbdProtocolException($"A request begins with 0x{magic:x8}.");
        }

        return new RequestHeader(
            (Command)BinaryPrimitives.ReadUInt16BigEndian(from[6..]),
            (CommandOptions)BinaryPrimitives.ReadUInt16BigEndian(from[4..]),
            BinaryPrimitives.ReadUInt64BigEndian(from[8..]),
            BinaryPrimitives.ReadUInt64BigEndian(from[16..]),
            extended
                ? BinaryPrimitives.ReadUInt64BigEndian(from[24..])
                : BinaryPrimitives.ReadUInt32BigEndian(from[24..]));
    }
}
