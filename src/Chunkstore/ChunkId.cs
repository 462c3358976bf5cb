using System.Diagnostics.CodeAnalysis;

namespace BackupEngine.Chunkstore;

/// <summary>
/// The identity of a chunk: its keyed BLAKE3 hash, 32 bytes. Ordered bytewise, so that sorted ids are sorted index
/// entries.
/// </summary>
/// <remarks>
/// <see cref="Zero"/> is no hash: it stands for a chunk (or a whole subtree) of zeros and is never stored.
/// </remarks>
public readonly struct ChunkId : IEquatable<ChunkId>, IComparable<ChunkId>
{
    /// <summary>Length of an id in bytes.</summary>
    public const int SizeBytes = 32;

    private readonly UInt128 _high;
    private readonly UInt128 _low;

    /// <summary>Reads an id from its 32 bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="bytes"/> is not 32 bytes long.</exception>
    public ChunkId(ReadOnlySpan<byte> bytes)
    {
        if (bytes.Length != SizeBytes)
        {
            throw new ArgumentException($"A chunk id has {SizeBytes} bytes, not {bytes.Length}.", nameof(bytes));
        }

        _high = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes);
        _low = System.Buffers.Binary.BinaryPrimitives.ReadUInt128BigEndian(bytes[16..]);
    }

    /// <summary>The sentinel for all zeros.</summary>
    public static ChunkId Zero => default;

    /// <summary>Whether this is the sentinel for all zeros.</summary>
    public bool IsZero => (_high | _low) == UInt128.Zero;

    /// <summary>The first 16 bytes, big-endian: what index entries are sorted by.</summary>
    public UInt128 Prefix => _high;

    /// <summary>Writes the 32 bytes.</summary>
    public void CopyTo(Span<byte> destination)
    {
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination, _high);
        System.Buffers.Binary.BinaryPrimitives.WriteUInt128BigEndian(destination[16..], _low);
    }

    /// <summary>Parses 64 hexadecimal digits.</summary>
    public static bool TryParse([NotNullWhen(true)] string? text, out ChunkId id)
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        id = default;
        if (text is not { Length: SizeBytes * 2 }
            || Convert.FromHexString(text, bytes, out _, out _) != System.Buffers.OperationStatus.Done)
        {
            return false;
        }

        id = new ChunkId(bytes);
        return true;
    }

    /// <inheritdoc/>
    public bool Equals(ChunkId other) => _high == other._high && _low == other._low;

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is ChunkId other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => unchecked((int)(uint)_low);

    /// <inheritdoc/>
    public int CompareTo(ChunkId other)
    {
        var high = _high.CompareTo(other._high);
        return high != 0 ? high : _low.CompareTo(other._low);
    }

    /// <summary>64 lower-case hexadecimal digits.</summary>
    public override string ToString()
    {
        Span<byte> bytes = stackalloc byte[SizeBytes];
        CopyTo(bytes);
        return Convert.ToHexStringLower(bytes);
    }

    /// <summary>The first eight digits, for logs.</summary>
    public string ToShortString() => ToString()[..8];

    /// <summary>Bytewise equality.</summary>
    public static bool operator ==(ChunkId left, ChunkId right) => left.Equals(right);

    /// <summary>Bytewise inequality.</summary>
    public static bool operator !=(ChunkId left, ChunkId right) => !left.Equals(right);

    /// <summary>Bytewise order.</summary>
    public static bool operator <(ChunkId left, ChunkId right) => left.CompareTo(right) < 0;

    /// <summary>Bytewise order.</summary>
    public static bool operator <=(ChunkId left, ChunkId right) => left.CompareTo(right) <= 0;

    /// <summary>Bytewise order.</summary>
    public static bool operator >(ChunkId left, ChunkId right) => left.CompareTo(right) > 0;

    /// <summary>Bytewise order.</summary>
    public static bool operator >=(ChunkId left, ChunkId right) => left.CompareTo(right) >= 0;
}
