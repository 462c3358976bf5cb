namespace BackupEngine.Chunkstore.Hashing;

/// <summary>The numbers of BLAKE3.</summary>
/// <remarks>Source: the BLAKE3 paper, sections 2.1 to 2.3. The unit that the paper calls a chunk is a leaf
/// here.</remarks>
internal static class Blake3Constants
{
    public const int KeyBytes = 32;
    public const int BlockBytes = 64;
    public const int LeafBytes = 1024;
    public const int BlocksPerLeaf = LeafBytes / BlockBytes;

    /// <summary>Length of a chaining value: what a leaf or a parent hands up.</summary>
    public const int ChainingBytes = 32;

    public const int ChainingWords = ChainingBytes / sizeof(uint);

    /// <summary>An input has fewer than 2^64 bytes, so its tree has at most 2^54 leaves.</summary>
    public const int MaxTreeDepth = 54;

    public const uint LeafStart = 1 << 0;
    public const uint LeafEnd = 1 << 1;
    public const uint Parent = 1 << 2;
    public const uint Root = 1 << 3;
    public const uint KeyedHash = 1 << 4;
    public const uint DeriveKeyContext = 1 << 5;
    public const uint DeriveKeyMaterial = 1 << 6;

    public const uint Iv0 = 0x6A09E667;
    public const uint Iv1 = 0xBB67AE85;
    public const uint Iv2 = 0x3C6EF372;
    public const uint Iv3 = 0xA54FF53A;

    /// <summary>The key of the modes that have none: the initial value of SHA-256.</summary>
    public static ReadOnlySpan<uint> Iv =>
        [Iv0, Iv1, Iv2, Iv3, 0x510E527F, 0x9B05688C, 0x1F83D9AB, 0x5BE0CD19];
}
