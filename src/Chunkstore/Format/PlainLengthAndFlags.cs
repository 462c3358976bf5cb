namespace BackupEngine.Chunkstore.Format;

/// <summary>
/// The 32-bit field that directories and the index share: 24 bits of plain length, 4 of encoding, 4 reserved.
/// </summary>
internal static class PlainLengthAndFlags
{
    private const int LengthBits = 24;
    private const uint LengthMask = (1u << LengthBits) - 1;

    public static uint Pack(int plainLength, RecordEncoding encoding) =>
        (uint)plainLength | ((uint)encoding << LengthBits);

    public static int PlainLength(uint field) => (int)(field & LengthMask);

    public static RecordEncoding Encoding(uint field) => (RecordEncoding)((field >> LengthBits) & 0xF);

    /// <summary>Whether the field is one that this version writes.</summary>
    public static bool IsValid(uint field) =>
        PlainLength(field) <= RecordHeader.MaximumPlainBytes && field >> LengthBits <= (uint)RecordEncoding.Lz4;
}
