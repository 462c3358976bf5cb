using System.Buffers.Binary;
using System.Runtime.InteropServices;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>A simple reply; data follow where it answers a READ without error.</summary>
/// <param name="Error">What went wrong; any number may come.</param>
/// <param name="Cookie">That of the request.</param>
[StructLayout(LayoutKind.Auto)]
public readonly record struct SimpleReply(NbdError Error, ulong Cookie)
{
    /// <summary>Length on the wire.</summary>
    public const int Bytes = 16;

    /// <summary>Writes it.</summary>
    public void Write(Span<byte> to)
    {
        BinaryPrimitives.WriteUInt32BigEndian(to, NbdMagic.SimpleReply);
        BinaryPrimitives.WriteUInt32BigEndian(to[4..], (uint)Error);
        BinaryPrimitives.WriteUInt64BigEndian(to[8..], Cookie);
    }

    /// <summary>Reads it.</summary>
    /// <exception cref="NbdProtocolException">Not a simple reply.</exception>
    public static SimpleReply Read(ReadOnlySpan<byte> from)
    {
        var magic = BinaryPrimitives.ReadUInt32BigEndian(from);
        return magic == NbdMagic.SimpleReply
            ? new SimpleReply(
                (NbdError)BinaryPrimitives.ReadInt32BigEndian(from[4..]),
                BinaryPrimitives.ReadUInt64BigEndian(from[8..]))
            : throw new NbdProtocolException($"A reply begins with 0x{magic:x8}.");
    }
}
