using System.Buffers;
using System.Buffers.Binary;
using System.Globalization;
using System.Security.Cryptography;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// 128-bit names of files: 48 bits of milliseconds since 1970, 48 random bits of the writer, 32 bits of a counter.
/// Sorted by name they are about sorted by age; that order is a convenience and no correctness rests on it or on the
/// clock.
/// </summary>
internal sealed class SortableId
{
    /// <summary>Hexadecimal digits of an id.</summary>
    public const int TextLength = 32;

    private static readonly SearchValues<char> Digits = SearchValues.Create("0123456789abcdef");

    private readonly ulong _writer;
    private readonly TimeProvider _time;
    private uint _counter;

    public SortableId(TimeProvider time)
    {
        Span<byte> random = stackalloc byte[8];
        RandomNumberGenerator.Fill(random);
        _writer = BinaryPrimitives.ReadUInt64LittleEndian(random) >> 16;
        _time = time;
    }

    /// <summary>
    /// A new id, unlike any other of this writer and, but for a collision of 48 random bits, of all writers.
    /// </summary>
    public UInt128 Next()
    {
        var milliseconds = (ulong)_time.GetUtcNow().ToUnixTimeMilliseconds() & 0xFFFF_FFFF_FFFF;
        var counter = Interlocked.Increment(ref _counter);
        return ((UInt128)milliseconds << 80) | ((UInt128)_writer << 32) | counter;
    }

    /// <summary>The 32 lower-case digits of an id.</summary>
    public static string Format(UInt128 value) => value.ToString("x32", CultureInfo.InvariantCulture);

    /// <summary>When an id was made, by the clock of its host, in milliseconds since 1970.</summary>
    public static long MillisecondsOf(UInt128 value) => (long)(value >> 80);

    /// <summary>Parses exactly what <see cref="Format"/> writes.</summary>
    public static bool TryParse(string? text, out UInt128 value)
    {
        value = default;
        return text is { Length: TextLength }
            && text.AsSpan().IndexOfAnyExcept(Digits) < 0
            && UInt128.TryParse(text, NumberStyles.AllowHexSpecifier, CultureInfo.InvariantCulture, out value);
    }
}
