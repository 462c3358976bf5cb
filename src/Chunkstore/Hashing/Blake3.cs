using System.Text;

namespace BackupEngine.Chunkstore.Hashing;

/// <summary>
/// BLAKE3 in one call, on the widest kernel of this processor. Allocates nothing; safe from many threads.
/// </summary>
/// <remarks>Source: the BLAKE3 paper, "BLAKE3: one function, fast everywhere" (2021), sections 2 and 5.</remarks>
public static class Blake3
{
    /// <summary>Length of a digest in bytes.</summary>
    public const int DigestBytes = 32;

    /// <summary>The kernel that runs in this process.</summary>
    public static Blake3Kernel Kernel => Blake3Kernels.Best;

    /// <summary>Plain hash; <paramref name="output"/> is 32 bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="output"/> has not 32 bytes.</exception>
    public static void Hash(ReadOnlySpan<byte> input, Span<byte> output) =>
        Hash(Blake3Mode.Plain(Kernel), input, output);

    /// <summary>Keyed hash (a MAC); <paramref name="key"/> and <paramref name="output"/> are 32 bytes.</summary>
    /// <exception cref="ArgumentException"><paramref name="key"/> or <paramref name="output"/> has not 32
    /// bytes.</exception>
    public static void HashKeyed(ReadOnlySpan<byte> key, ReadOnlySpan<byte> input, Span<byte> output) =>
        Hash(Blake3Mode.Keyed(key, Kernel), input, output);

    /// <summary>Key derivation (mode derive_key); <paramref name="output"/> is 32 bytes.</summary>
    /// <param name="context">A constant that names the purpose; never made from input, and the same for ever.</param>
    /// <param name="keyMaterial">The secret to derive from.</param>
    /// <param name="output">Receives the derived key.</param>
    /// <exception cref="ArgumentException"><paramref name="output"/> has not 32 bytes.</exception>
    public static void DeriveKey(string context, ReadOnlySpan<byte> keyMaterial, Span<byte> output) =>
        DeriveKey(context, keyMaterial, output, Kernel);

    internal static void DeriveKey(
        string context, ReadOnlySpan<byte> keyMaterial, Span<byte> output, Blake3Kernel kernel)
    {
        ArgumentNullException.ThrowIfNull(context);
        var forContext = new Blake3Mode(Blake3Words.InitialValue(), Blake3Constants.DeriveKeyContext, kernel);
        var contextKey = Blake3Tree.Root(forContext, Encoding.UTF8.GetBytes(context));
        Hash(new Blake3Mode(contextKey, Blake3Constants.DeriveKeyMaterial, kernel), keyMaterial, output);
    }

    internal static void Hash(in Blake3Mode mode, ReadOnlySpan<byte> input, Span<byte> output)
    {
        ThrowIfNoDigest(output);
        Blake3Tree.Root(mode, input).Write(output);
    }

    internal static void ThrowIfNoDigest(ReadOnlySpan<byte> output)
    {
        if (output.Length != DigestBytes)
        {
            throw new ArgumentException($"A digest has {DigestBytes} bytes, not {output.Length}.", nameof(output));
        }
    }
}
