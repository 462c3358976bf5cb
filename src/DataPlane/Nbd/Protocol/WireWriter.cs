using System.Buffers;
using System.Buffers.Binary;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Puts one field after another into data that are to be sent during the handshake.</summary>
internal sealed class WireWriter
{
    private readonly ArrayBufferWriter<byte> _data = new();

    /// <summary>What was written.</summary>
    public byte[] ToArray() => _data.WrittenSpan.ToArray();

    /// <summary>A 16-bit number.</summary>
    public WireWriter UInt16(int value)
    {
        BinaryPrimitives.WriteUInt16BigEndian(_data.GetSpan(2), checked((ushort)value));
        _data.Advance(2);
        return this;
    }

    /// <summary>A 32-bit number.</summary>
    public WireWriter UInt32(uint value)
    {
        BinaryPrimitives.WriteUInt32BigEndian(_data.GetSpan(4), value);
        _data.Advance(4);
        return this;
    }

    /// <summary>A 64-bit number.</summary>
    public WireWriter UInt64(ulong value)
    {
        BinaryPrimitives.WriteUInt64BigEndian(_data.GetSpan(8), value);
        _data.Advance(8);
        return this;
    }

    /// <summary>A string, after its 32-bit length.</summary>
    public WireWriter CountedText(string text)
    {
        var bytes = NbdText.Encode(text);
        UInt32((uint)bytes.Length);
        _data.Write(bytes);
        return this;
    }

    /// <summary>A string that goes to the end of the data.</summary>
    public WireWriter RemainingText(string text)
    {
        _data.Write(NbdText.Encode(text));
        return this;
    }
}
