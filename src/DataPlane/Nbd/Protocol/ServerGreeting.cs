using System.Buffers.Binary;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>What a newstyle server says first.</summary>
/// <param name="Offers">Handshake flags.</param>
public readonly record struct ServerGreeting(HandshakeOptions Offers)
{
    /// <summary>Length on the wire.</summary>
    public const int Bytes = 18;

    /// <summary>Length of the client's answer, its flags, on the wire.</summary>
    public const int AnswerBytes = 4;

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt64BigEndian(to, NbdMagic.Greeting);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], NbdMagic.Options);
        BinaryPrimitives.WriteUInt16BigEndian(to[16..], (ushort)Offers);
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="NbdProtocolException">This is no newstyle NBD server.</exception>
    public static ServerGreeting Read(ReadOnlySpan<byte> from)
    {
        if (BinaryPrimitives.ReadUInt64BigEndian(from) != NbdMagic.Greeting)
        {
            throw new NbdProtocolException("No NBD server answers there: its first bytes are not NBDMAGIC.");
        }

        var style = BinaryPrimitives.ReadUInt64BigEndian(from[8..]);
        return style switch
        {
            NbdMagic.Options => new ServerGreeting((HandshakeOptions)BinaryPrimitives.ReadUInt16BigEndian(from[16..])),
            NbdMagic.Oldstyle => throw new NbdProtocolException(
                "The server speaks the oldstyle NBD handshake only; fixed newstyle is needed."),
            _ => throw new NbdProtocolException($"The server's greeting has the unknown style 0x{style:x16}."),
        };
    }

    /// <summary>Writes the client's answer.</summary>
    public static void WriteAnswer(Span<byte> to, HandshakeOptions accepted) =>
        BinaryPrimitives.WriteUInt32BigEndian(to, (uint)accepted);

    /// <summary>Reads the client's answer; bits that are not known stay in it.</summary>
    public static HandshakeOptions ReadAnswer(ReadOnlySpan<byte> from) =>
        (HandshakeOptions)BinaryPrimitives.ReadInt32BigEndian(from);
}
