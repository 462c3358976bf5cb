namespace BackupEngine.Chunkstore.Hashing;

/// <summary>BLAKE3 in one call, on the widest kernel of this processor.</summary>
/// <remarks>Source: the BLAKE3 paper, "BLAKE3: one function, fast everywhere" (2021), sections 2 and 5.</remarks>
public static class Blake3
{
    /// <summary>Length of a digest in bytes.</summary>
    public const int DigestBytes = 32;

    /// <summary>Plain hash; <paramref name="output"/> is 32 bytes.</summary>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> output) => throw new NotImplementedException();

    /// <summary>Keyed hash (a MAC); <paramref name="key"/> and <paramref name="output"/> are 32 bytes.</summary>
    public static void HashKeyed(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> output) => throw new NotImplementedException();

    /// <summary>Key derivation (mode derive_key); <paramref name="output"/> is 32 bytes.</summary>
    public static void DeriveKey(string context, ReadOnlySpan<byte> keyMaterial, Span<byte> output) => throw new NotImplementedException();
}
