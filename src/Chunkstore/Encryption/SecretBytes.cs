using System.Security.Cryptography;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>
/// Bytes of a key or a passphrase: never moved by the garbage collector, zeroed when disposed, and never printed.
/// </summary>
internal sealed class SecretBytes : IDisposable
{
    private readonly byte[] _bytes;
    private bool _disposed;

    private SecretBytes(int length) => _bytes = GC.AllocateArray<byte>(length, pinned: true);

    /// <summary>The bytes, to be read at once and not kept.</summary>
    public ReadOnlySpan<byte> Bytes
    {
        get
        {
            ObjectDisposedException.ThrowIf(_disposed, this);
            return _bytes;
        }
    }

    /// <summary>Bytes that <paramref name="fill"/> writes.</summary>
    public static SecretBytes Make(int length, FillBytes fill)
    {
        var secret = new SecretBytes(length);
        fill(secret._bytes);
        return secret;
    }

    /// <summary>A copy of bytes that the caller zeroes.</summary>
    public static SecretBytes Copy(ReadOnlySpan<byte> bytes)
    {
        var secret = new SecretBytes(bytes.Length);
        bytes.CopyTo(secret._bytes);
        return secret;
    }

    /// <summary>Random bytes from the operating system.</summary>
    public static SecretBytes Random(int length) => Make(length, RandomNumberGenerator.Fill);

    public override string ToString() => "(secret)";

    public void Dispose()
    {
        _disposed = true;
        CryptographicOperations.ZeroMemory(_bytes);
    }
}
