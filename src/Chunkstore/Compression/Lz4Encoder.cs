using System.Numerics;
using System.Runtime.CompilerServices;
using System.Runtime.InteropServices;
using System.Runtime.Intrinsics;

namespace BackupEngine.Chunkstore.Compression;

/// <summary>
/// Writes one block of the LZ4 block format of up to 64 KiB plain bytes. Any decoder of that format reads it.
/// </summary>
/// <remarks>
/// <para>Source: "LZ4 Block Format Description" of the lz4 project; as its fast compressor it takes the last place
/// with the same hash for a match, and looks at fewer places the longer it finds none. What differs: the hash is of
/// five bytes, which finds longer matches, and none of the work is to see whether there is room.</para>
/// <para>Places are 16-bit numbers, so that table and block stay near the processor. Reads go up to the end of the
/// block and never beyond. Writes: a match takes three bytes for at least four, a run of n literals one byte more for
/// every 255 begun, and a copy goes at most 15 bytes too far while at least 17 plain bytes are still to come; so what
/// is written ends before <see cref="RoomFor"/>.</para>
/// </remarks>
internal unsafe struct Lz4Encoder
{
    private const int HashBits = 13;
    private const int HashedBytes = 5;
    private const ulong HashFactor = 0x9E3779B185EBCA87;

    private const int MinimumMatchBytes = 4;

    /// <summary>The format wants the last five bytes of a block to be literals.</summary>
    private const int LastLiterals = 5;

    /// <summary>
    /// A match begins at least so many bytes before the end. The format wants 12; with five more the eight bytes after
    /// the first four of a match end where the last literals begin.
    /// </summary>
    private const int EndBytes = 12 + LastLiterals;

    /// <summary>From this length on, a length goes on in the bytes behind the token.</summary>
    private const int TokenMaximum = 15;

    /// <summary>Places are looked at one by one until so many had no match, then every second one, and so on.</summary>
    private const int PatienceBits = 6;

    private readonly byte* _begin;
    private readonly byte* _lastStart;
    private readonly byte* _lastLiterals;
    private readonly ushort* _places;
    private byte* _at;
    private byte* _literals;
    private byte* _output;
    private int _misses;

    private Lz4Encoder(byte* plain, int bytes, byte* output, ushort* places)
    {
        _begin = plain;
        _literals = plain;
        _at = plain + 1;
        _lastStart = plain + bytes - EndBytes;
        _lastLiterals = plain + bytes - LastLiterals;
        _places = places;
        _output = output;
        _misses = 1 << PatienceBits;
    }

    /// <summary>Bytes that <see cref="TryEncode"/> needs for a block of so many.</summary>
    public static int RoomFor(int plainBytes) => plainBytes + (plainBytes / 255) + 16;

    /// <summary>Bytes of the block that was written, or 0 where that would not be fewer than the plain ones.</summary>
    /// <param name="plain">At most <see cref="ChunkCompressor.SubBlockBytes"/> bytes.</param>
    /// <param name="destination">At least <see cref="RoomFor"/> bytes; undefined behind the block.</param>
    [SkipLocalsInit]
    public static int TryEncode(ReadOnlySpan<byte> plain, Span<byte> destination)
    {
        ArgumentOutOfRangeException.ThrowIfGreaterThan(plain.Length, ChunkCompressor.SubBlockBytes);
        ArgumentOutOfRangeException.ThrowIfLessThan(destination.Length, RoomFor(plain.Length));
        if (plain.Length <= EndBytes)
        {
            return 0;
        }

        // What is in the table decides what is written, so it has to be the same every time: zeros.
        Span<ushort> places = stackalloc ushort[1 << HashBits];
        places.Clear();
        fixed (byte* from = plain, to = destination)
        {
            return Encode(from, plain.Length, to, (ushort*)Unsafe.AsPointer(ref MemoryMarshal.GetReference(places)));
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveOptimization)]
    private static int Encode(byte* plain, int bytes, byte* output, ushort* places)
    {
        // A local that nobody has the address of, and nothing but inlined methods: its fields stay in registers.
        var encoder = new Lz4Encoder(plain, bytes, output, places);
        while (encoder._at <= encoder._lastStart)
        {
            encoder.Step();
        }

        var rest = (int)(plain + bytes - encoder._literals);
        return End(encoder._literals, rest, output, encoder._output, bytes);
    }

    /// <summary>Looks for a match at one place: writes it, with the literals before it, or goes on.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private void Step()
    {
        var at = _at;
        var first = *(ulong*)at;
        var place = _places + Hash(first);
        var match = _begin + *place;
        *place = (ushort)(at - _begin);
        if (*(uint*)match != (uint)first)
        {
            _at = at + (_misses++ >> PatienceBits);
            return;
        }

        var end = EndOfMatch(at, match);
        while (at > _literals && match > _begin && at[-1] == match[-1])
        {
            at--;
            match--;
        }

        var token = _output;
        var output = WriteLiterals(token, _literals, (int)(at - _literals));
        *(ushort*)output = (ushort)(at - match);
        _output = WriteMatchLength(token, output + sizeof(ushort), (int)(end - at) - MinimumMatchBytes);
        _at = end;
        _literals = end;
        _misses = 1 << PatienceBits;
        if (end <= _lastStart)
        {
            _places[Hash(*(ulong*)(end - 2))] = (ushort)(end - 2 - _begin);
        }
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private readonly byte* EndOfMatch(byte* at, byte* match)
    {
        at += MinimumMatchBytes;
        match += MinimumMatchBytes;
        var difference = *(ulong*)at ^ *(ulong*)match;
        while (difference == 0)
        {
            at += sizeof(ulong);
            match += sizeof(ulong);
            if (at > _lastLiterals - sizeof(ulong))
            {
                while (at < _lastLiterals && *at == *match)
                {
                    at++;
                    match++;
                }

                return at;
            }

            difference = *(ulong*)at ^ *(ulong*)match;
        }

        return at + (BitOperations.TrailingZeroCount(difference) >> 3);
    }

    /// <summary>Writes token and literals.</summary>
    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* WriteLiterals(byte* token, byte* literals, int count)
    {
        var output = token + 1;
        *token = (byte)(Math.Min(count, TokenMaximum) << 4);
        if (count < TokenMaximum)
        {
            Vector128.Store(Vector128.Load(literals), output);
            return output + count;
        }

        output = WriteLength(output, count - TokenMaximum);
        for (var i = 0; i < count; i += Vector128<byte>.Count)
        {
            Vector128.Store(Vector128.Load(literals + i), output + i);
        }

        return output + count;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static byte* WriteMatchLength(byte* token, byte* output, int length)
    {
        if (length < TokenMaximum)
        {
            *token |= (byte)length;
            return output;
        }

        *token |= TokenMaximum;
        return WriteLength(output, length - TokenMaximum);
    }

    private static byte* WriteLength(byte* output, int rest)
    {
        for (; rest >= byte.MaxValue; rest -= byte.MaxValue)
        {
            *output++ = byte.MaxValue;
        }

        *output++ = (byte)rest;
        return output;
    }

    /// <summary>Writes what is left as literals, unless the block would not be shorter then.</summary>
    private static int End(byte* literals, int count, byte* begin, byte* output, int plainBytes)
    {
        var rest = count - TokenMaximum;
        var lengthBytes = rest < 0 ? 0 : (rest / byte.MaxValue) + 1;
        var bytes = (int)(output - begin) + 1 + lengthBytes + count;
        if (bytes >= plainBytes)
        {
            return 0;
        }

        *output++ = (byte)(Math.Min(count, TokenMaximum) << 4);
        output = lengthBytes == 0 ? output : WriteLength(output, rest);
        new ReadOnlySpan<byte>(literals, count).CopyTo(new Span<byte>(output, count));
        return bytes;
    }

    [MethodImpl(MethodImplOptions.AggressiveInlining)]
    private static nuint Hash(ulong bytes) =>
        (nuint)(((bytes << (64 - (8 * HashedBytes))) * HashFactor) >> (64 - HashBits));
}
