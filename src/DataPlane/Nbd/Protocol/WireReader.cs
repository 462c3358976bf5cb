using System.Buffers.Binary;

namespace BackupEngine.DataPlane.Nbd.Protocol;

/// <summary>Takes one field after another from data that came, and refuses to read beyond their end.</summary>
/// <param name="data">The data.</param>
/// <param name="what">What they are, as in "The reply to GO".</param>
internal ref struct WireReader(ReadOnlySpan<byte> data, string what)
{
    private ReadOnlySpan<byte> _rest = data;

    /// <summary>Bytes that are left.</summary>
    public readonly int RemainingBytes => _rest.Length;

    /// <summary>A 16-bit number.</summary>
    public ushort UInt16() => BinaryPrimitives.ReadUInt16BigEndian(Take(2));

    /// <summary>A 32-bit number.</summary>
    public uint UInt32() => BinaryPrimitives.ReadUInt32BigEndian(Take(4));

    /// <summary>A 64-bit number.</summary>
    public ulong UInt64() => BinaryPrimitives.ReadUInt64BigEndian(Take(8));

    /// <summary>A string, after its 32-bit length.</summary>
    public string CountedText() => NbdText.Decode(Take(UInt32()));

    /// <summary>All that is left, as a string.</summary>
    public string RemainingText() => NbdText.Decode(Take((uint)_rest.Length));

    /// <summary>So many bytes.</summary>
    public ReadOnlySpan<byte> Take(uint count)
    {
        if (count > _rest.Length)
        {
            throw new NbdProtocolException($"{what} ends too early: {count} bytes wanted, {_rest.Length} left.");
        }

        var taken = _rest[..(int)count];
        _rest = _rest[(int)count..];
        return taken;
    }

    /// <summary>Refuses what is left.</summary>
    public readonly void End()
    {
        if (_rest.Length > 0)
        {
            throw new NbdProtocolException($"{what} has {_rest.Length} bytes too many.");
        }
    }
}
