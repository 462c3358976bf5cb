using System.Security.Cryptography;
using System.Text;
using BackupEngine.Chunkstore.Errors;

namespace BackupEngine.Chunkstore.Encryption;

/// <summary>
/// What opens an encrypted repository: a passphrase or the contents of a key file. Zeroed when disposed; never printed.
/// </summary>
public sealed class RepositorySecret : IDisposable
{
    /// <summary>A key file has at least as many bytes.</summary>
    public const int MinimumKeyFileBytes = 32;

    /// <summary>A key file has at most as many bytes.</summary>
    public const int MaximumKeyFileBytes = 64 * 1024;

    /// <summary>A passphrase has at most as many bytes.</summary>
    public const int MaximumPassphraseBytes = 1024;

    private readonly SecretBytes _bytes;

    private RepositorySecret(KeySlotKind kind, ReadOnlySpan<byte> bytes)
    {
        Kind = kind;
        _bytes = SecretBytes.Copy(bytes);
    }

    /// <summary>Which slots it can open.</summary>
    public KeySlotKind Kind { get; }

    internal ReadOnlySpan<byte> Bytes => _bytes.Bytes;

    /// <summary>A passphrase, as its bytes: nothing is trimmed or normalised. The caller zeroes its copy.</summary>
    /// <exception cref="RepositoryKeyException">It is empty or too long.</exception>
    public static RepositorySecret FromPassphrase(ReadOnlySpan<byte> bytes) =>
        bytes.Length is >= 1 and <= MaximumPassphraseBytes
            ? new RepositorySecret(KeySlotKind.Passphrase, bytes)
            : throw new RepositoryKeyException(
                $"A passphrase has 1 to {MaximumPassphraseBytes} bytes; this one has {bytes.Length}. "
                + "Nothing was changed.");

    /// <summary>A passphrase as text, in UTF-8.</summary>
    /// <exception cref="RepositoryKeyException">It is empty or too long.</exception>
    public static RepositorySecret FromPassphrase(string text)
    {
        var bytes = Encoding.UTF8.GetBytes(text);
        try
        {
            return FromPassphrase(bytes);
        }
        finally
        {
            CryptographicOperations.ZeroMemory(bytes);
        }
    }

    /// <summary>The contents of a key file, all of them. The caller zeroes its copy.</summary>
    /// <exception cref="RepositoryKeyException">It is too short or too long.</exception>
    public static RepositorySecret FromKeyFile(ReadOnlySpan<byte> bytes) =>
        bytes.Length is >= MinimumKeyFileBytes and <= MaximumKeyFileBytes
            ? new RepositorySecret(KeySlotKind.KeyFile, bytes)
            : throw new RepositoryKeyException(
                $"A key file has {MinimumKeyFileBytes} to {MaximumKeyFileBytes} random bytes; this one has "
                + $"{bytes.Length}. Nothing was changed. Make one with 'key generate'.");

    /// <summary>Its kind alone.</summary>
    public override string ToString() => Kind == KeySlotKind.Passphrase ? "(passphrase)" : "(key file)";

    /// <inheritdoc/>
    public void Dispose() => _bytes.Dispose();
}
