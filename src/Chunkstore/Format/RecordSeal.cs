using System.Buffers.Binary;

namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// What stands after the encrypted bytes of a record, inside its body: which key, which nonce, and the tag. Byte table:
/// docs/format.md, "Encrypted records".
/// </summary>
internal static class RecordSeal
{
    /// <summary>Bytes of the whole.</summary>
    public const int SizeBytes = EpochBytes + NonceBytes + TagBytes;

    /// <summary>Bytes of a nonce.</summary>
    public const int NonceBytes = 12;

    /// <summary>Bytes of a tag.</summary>
    public const int TagBytes = 16;

    private const int EpochBytes = 4;

    /// <summary>The epoch of the data key, read from a seal.</summary>
    public static uint Epoch(ReadOnlySpan<byte> seal) => BinaryPrimitives.ReadUInt32LittleEndian(seal);

    /// <summary>Writes the epoch into a seal.</summary>
    public static void SetEpoch(Span<byte> seal, uint epoch) => BinaryPrimitives.WriteUInt32LittleEndian(seal, epoch);

    /// <summary>The nonce of a seal.</summary>
    public static ReadOnlySpan<byte> Nonce(ReadOnlySpan<byte> seal) => seal.Slice(EpochBytes, NonceBytes);

    /// <inheritdoc cref="Nonce(ReadOnlySpan{byte})"/>
    public static Span<byte> Nonce(Span<byte> seal) => seal.Slice(EpochBytes, NonceBytes);

    /// <summary>The tag of a seal.</summary>
    public static ReadOnlySpan<byte> Tag(ReadOnlySpan<byte> seal) => seal.Slice(EpochBytes + NonceBytes, TagBytes);

    /// <inheritdoc cref="Tag(ReadOnlySpan{byte})"/>
    public static Span<byte> Tag(Span<byte> seal) => seal.Slice(EpochBytes + NonceBytes, TagBytes);
}
