using System.Buffers.Binary;

namespace BackupEngine.Chunkstore.Tests.Fuzzing;

/// <summary>
/// Changes inputs: bits, bytes, numbers, lengths, pieces exchanged and repeated. The same for one seed.
/// </summary>
internal sealed class Mutator(int seed)
{
    private static readonly ulong[] Numbers =
    [
        0, 1, 2, 0x7f, 0x80, 0xff, 0x7fff, 0x8000, 0xffff, 0x10000, 0x7fffffff, 0x80000000, 0xffffffff,
        0x100000000, 0x7fffffffffffffff, 0x8000000000000000, 0xffffffffffffffff,
    ];

    private readonly Random _random = new(seed);

    /// <summary>A changed copy of one of the inputs.</summary>
    public byte[] Next(IReadOnlyList<byte[]> inputs)
    {
        var bytes = (byte[])inputs[_random.Next(inputs.Count)].Clone();
        for (var changes = _random.Next(1, 6); changes > 0; changes--)
        {
            bytes = Change(bytes, inputs[_random.Next(inputs.Count)]);
        }

        return bytes;
    }

    /// <summary>Whether the checksums of this input are to be made right again: three times in four.</summary>
    public bool IsToBeSealed() => _random.Next(4) > 0;

    private byte[] Change(byte[] bytes, byte[] other)
    {
        if (bytes.Length == 0)
        {
            return [.. other.Take(_random.Next(64))];
        }

        var place = Place(bytes.Length);
        switch (_random.Next(8))
        {
            case 0:
                bytes[place] ^= (byte)(1 << _random.Next(8));
                return bytes;
            case 1:
                bytes[place] = (byte)_random.Next(256);
                return bytes;
            case 2:
                return WithNumber(bytes, place, Numbers[_random.Next(Numbers.Length)]);
            case 3:
                return WithNumber(bytes, place, (ulong)(bytes.Length + _random.Next(-2, 3)));
            case 4:
                return bytes[..place];
            case 5:
                return [.. bytes, .. new byte[_random.Next(1, 80)]];
            case 6:
                var piece = Math.Min(_random.Next(1, 64), bytes.Length - place);
                return [.. bytes[..place], .. bytes[place..(place + piece)], .. bytes[place..]];
            default:
                var length = Math.Min(_random.Next(1, 64), Math.Min(bytes.Length, other.Length) - 1);
                if (length > 0)
                {
                    other.AsSpan(_random.Next(other.Length - length), length)
                        .CopyTo(bytes.AsSpan(_random.Next(bytes.Length - length)));
                }

                return bytes;
        }
    }

    /// <summary>Heads and ends have most of the fields.</summary>
    private int Place(int length) => _random.Next(4) switch
    {
        0 => _random.Next(length),
        1 => Math.Max(0, length - 1 - _random.Next(64)),
        _ => _random.Next(Math.Min(length, 256)),
    };

    private byte[] WithNumber(byte[] bytes, int place, ulong number)
    {
        Span<byte> written = stackalloc byte[8];
        BinaryPrimitives.WriteUInt64LittleEndian(written, number);
        var size = Math.Min(1 << _random.Next(4), bytes.Length - place);
        written[..size].CopyTo(bytes.AsSpan(place));
        return bytes;
    }
}
